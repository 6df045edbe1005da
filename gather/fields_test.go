package gather

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/policies/schemas"
)

// The fields are declared in document.go, in the schema and in the
// specification. All three have the same fields with the same types.
func TestFieldsAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	page, err := os.ReadFile("../docs/specification.md")
	require.NoError(t, err)
	tables := map[string]string{}
	for _, section := range strings.Split(string(page), "\n### ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		tables[heading], _, _ = strings.Cut(text, "\n## ")
	}
	compareFields(t, schema, schema, reflect.TypeFor[Document](), "", tables)
}

// compareFields compares a struct with a node of the schema that says "object".
func compareFields(t *testing.T, schema, node map[string]any, structure reflect.Type, path string, tables map[string]string) {
	properties := node["properties"].(map[string]any)
	required, _ := node["required"].([]any)
	heading := "`" + path + "`"
	if path == "" {
		heading = "The document"
	}
	table, found := tables[heading]
	require.True(t, found, "docs/specification.md has no section %s", heading)

	seen := []string{"$schema"}
	for i := range structure.NumField() {
		field := structure.Field(i)
		key, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		place := strings.TrimPrefix(path+"."+key, ".")
		seen = append(seen, key)
		property, found := properties[key].(map[string]any)
		require.True(t, found, "%s: not in the schema", place)
		require.True(t, rowFor(table, key), "%s: no row of docs/specification.md, %s", place, heading)
		if slices.Contains(required, any(key)) {
			require.Empty(t, option, "%s: required, and yet Go leaves it out", place)
		}
		property = resolve(schema, property)
		if property["type"] == nil {
			t.Fatalf("%s: no type", place)
		}
		compareTypes(t, schema, property, field.Type, place, option != "", tables)
	}
	for key := range properties {
		require.Contains(t, seen, key, "%s: in the schema, not in Go", heading)
	}
}

// compareTypes compares the type of a field with its node of the schema.
func compareTypes(t *testing.T, schema, node map[string]any, is reflect.Type, place string, canBeAbsent bool, tables map[string]string) {
	types := []any{node["type"]}
	if list, ok := node["type"].([]any); ok {
		types = list
	}
	if is == reflect.TypeFor[ExtendedKeyUsages]() {
		require.Equal(t, []any{"array", "null"}, types, place)
		return
	}
	if is.Kind() == reflect.Pointer {
		is = is.Elem()
		require.True(t, canBeAbsent || slices.Contains(types, any("null")) || is.Kind() == reflect.Struct, "%s: nil is neither absent nor null", place)
	} else if slices.Contains(types, any("null")) {
		require.Equal(t, reflect.Slice, is.Kind(), "%s: null has no value in Go", place)
	}
	expected := map[reflect.Kind]string{
		reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer",
		reflect.Slice: "array", reflect.Map: "object", reflect.Struct: "object",
	}[is.Kind()]
	switch {
	case is == reflect.TypeFor[[]byte]():
		expected = "string" // base64
	case is.Kind() == reflect.Slice && is.Elem().Kind() == reflect.Struct:
		compareFields(t, schema, resolve(schema, node["items"].(map[string]any)), is.Elem(), place+"[]", tables)
	case is.Kind() == reflect.Struct:
		compareFields(t, schema, node, is, place, tables)
	}
	require.Contains(t, types, expected, place)
}

// rowFor reports whether a row of the table begins with the key, alone or with others.
func rowFor(table, key string) bool {
	for row := range strings.Lines(table) {
		if first, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|"); strings.Contains(first, "`"+key+"`") {
			return true
		}
	}
	return false
}

// Every value of a document that has every field of the schema is replaced in
// turn; the fast path and the schema agree on the result.
func TestTheFastPathAgreesOnEveryField(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	quick, refused := compareMutants(t, example(t, schema, schema))
	require.Greater(t, quick, 100)
	require.Greater(t, refused, 500)

	// Every word that the schema allows is allowed in Go.
	for _, document := range examplesOfWords(t, schema) {
		text, err := json.Marshal(document)
		require.NoError(t, err)
		require.NotNil(t, decodeFast(text), "%s", text)
	}
}

// encoded returns the decoded JSON of a document. Nothing is lost, in particular not
// the difference between null, empty and absent.
func encoded(t *testing.T, document *Document) *Document {
	text, err := json.Marshal(document)
	require.NoError(t, err)
	again, err := Decode(text)
	require.NoError(t, err)
	if len(again.Sources) == 0 {
		again.Sources = document.Sources // empty and absent mean the same
	}
	if again.Host.NLBClusterNames == nil {
		again.Host.NLBClusterNames = document.Host.NLBClusterNames
	}
	for i := range again.Connectors {
		if again.Connectors[i].Bindings == nil {
			again.Connectors[i].Bindings = document.Connectors[i].Bindings
		}
	}
	for i := range again.Certificates {
		if again.Certificates[i].DER == nil {
			again.Certificates[i].DER = document.Certificates[i].DER
		}
	}
	return again
}

func TestExtendedKeyUsagesTellNullFromAbsent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../fixtures/01-as-installed/input.json")
	require.NoError(t, err)
	for added, expected := range map[string]ExtendedKeyUsages{
		``:                             {},
		`"extended_key_usages": null,`: {Gathered: true},
		`"extended_key_usages": [],`:   {Gathered: true, OIDs: []string{}},
		`"extended_key_usages": ["1.3.6.1.5.5.7.3.1"],`: {Gathered: true, OIDs: []string{"1.3.6.1.5.5.7.3.1"}},
	} {
		changed := []byte(strings.Replace(string(text), `"version": 3,`, `"version": 3,`+added, 1))
		quick := decodeFast(changed)
		require.NotNil(t, quick, added)
		require.Equal(t, expected, quick.Certificates[0].ExtendedKeyUsages)
		slow, err := decode(changed, documentSchema())
		require.NoError(t, err, added)
		require.Equal(t, expected, slow.Certificates[0].ExtendedKeyUsages)
		again, err := json.Marshal(slow)
		require.NoError(t, err)
		require.Equal(t, expected.Gathered, strings.Contains(string(again), "extended_key_usages"))
	}
}

// Overlay handles every section: each field of one document arrives in another.
func TestOverlayReplacesEveryField(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	text, err := json.Marshal(example(t, schema, schema))
	require.NoError(t, err)
	over, err := Decode(text)
	require.NoError(t, err)
	doc := &Document{SchemaVersion: Version}
	doc.Overlay(over)
	require.Equal(t, over, doc)
	doc.Overlay(&Document{})
	require.Equal(t, over, doc, "what was not gathered replaces nothing")
	doc.Overlay(&Document{Connectors: []Connector{}, SendConnectors: []SendConnector{}, Roles: []string{}})
	require.Empty(t, doc.Connectors)
	require.Empty(t, doc.SendConnectors)
	require.Empty(t, doc.Roles)
	require.NotNil(t, doc.Roles)

	var sections []string
	for section := range over.Gathered() {
		sections = append(sections, section)
	}
	for key := range schema["properties"].(map[string]any) {
		if !slices.Contains([]string{"$schema", "schema_version", "server", "now", "phase", "gathered_at", "procedure", "sources"}, key) {
			require.Contains(t, sections, key)
		}
	}
}

func readSchema(t *testing.T) (schema map[string]any) {
	require.NoError(t, json.Unmarshal(schemas.Input, &schema))
	return schema
}

// resolve follows references.
func resolve(schema, node map[string]any) map[string]any {
	for node["$ref"] != nil {
		name := strings.TrimPrefix(node["$ref"].(string), "#/definitions/")
		node = schema["definitions"].(map[string]any)[name].(map[string]any)
	}
	return node
}

// texts are examples that match the regular expressions of the schema, by their
// description in messages.
var texts = map[string]string{
	aTime:                                   "2026-11-22T07:00:00Z",
	anAddress:                               "10.0.0.11",
	"a thumbprint, 40 uppercase hex digits": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F",
	"a version, two to four numbers: 15.2.1748.10": "15.2.1748.10",
	"an object identifier: 1.3.6.1.5.5.7.3.1":      "1.3.6.1.5.5.7.3.1",
}

// example returns a value with every field of the schema except two: der is
// checked against the thumbprint, and $schema is not accepted by the fast path.
func example(t *testing.T, schema, node map[string]any) any {
	node = resolve(schema, node)
	kind, _ := node["type"].(string)
	if kinds, ok := node["type"].([]any); ok {
		kind = kinds[0].(string)
	}
	if words, ok := node["enum"].([]any); ok {
		return words[0]
	}
	switch kind {
	case "object":
		object := map[string]any{}
		properties, _ := node["properties"].(map[string]any)
		for key, property := range properties {
			if key != "der" && key != "$schema" {
				object[key] = example(t, schema, property.(map[string]any))
			}
		}
		return object
	case "array":
		return []any{example(t, schema, node["items"].(map[string]any))}
	case "string":
		if pattern, ok := node["pattern"].(string); ok {
			require.Contains(t, texts, patterns[pattern], pattern)
			return texts[patterns[pattern]]
		}
		return "x"
	case "integer":
		return 1.0
	case "boolean":
		return true
	}
	t.Fatal(fmt.Sprint("no example of ", node))
	return nil
}

// examplesOfWords returns a document for each word in the enumerations of the
// schema.
func examplesOfWords(t *testing.T, schema map[string]any) (documents []any) {
	var visit func(node map[string]any)
	visit = func(node map[string]any) {
		if words, ok := node["enum"].([]any); ok {
			for i := range words {
				node["enum"] = append([]any{words[i]}, words...)
				documents = append(documents, example(t, schema, schema))
			}
			node["enum"] = words
		}
		for _, value := range node {
			if below, ok := value.(map[string]any); ok {
				visit(below)
			}
		}
	}
	visit(schema)
	require.Greater(t, len(documents), 30)
	return documents
}
