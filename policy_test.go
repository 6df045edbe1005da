package transportcert_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle"
	"github.com/transportcert/transportcert/internal/oracle/documents"
	"github.com/transportcert/transportcert/policies/schemas"
)

// documentsInOneRun is the number of documents for the differential test unless
// -rapid.checks is set, as in "make property".
const documentsInOneRun = "500"

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", documentsInOneRun); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestFixtures compares the decision for each fixture with the one worked out
// by hand.
func TestFixtures(t *testing.T) {
	evaluator, err := evaluate.New(t.Context())
	require.NoError(t, err)
	policies, schema := policiesAlone(t), decisionSchema(t)
	inputs, err := filepath.Glob("fixtures/[0-9]*/input.json")
	require.NoError(t, err)
	require.Greater(t, len(inputs), 30)
	for _, path := range inputs {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			document := read(t, path)
			decision, err := evaluator.Evaluate(t.Context(), document)
			require.NoError(t, err)
			expected, err := os.ReadFile(filepath.Join(filepath.Dir(path), "decision.json"))
			require.NoError(t, err)
			server := decideAlone(t, policies, path)
			require.NoError(t, schema.Validate(server))
			if !bytes.Contains(expected, []byte(`"inbound_anonymous"`)) {
				require.JSONEq(t, string(expected), nineSteps(t, decision.InboundAnonymous))
				require.JSONEq(t, string(expected), nineSteps(t, server["inbound_anonymous"]))
				return
			}
			require.JSONEq(t, string(expected), withoutProse(t, decision))
			require.JSONEq(t, string(expected), withoutProse(t, server))
		})
	}
}

// TestInvalidFixtures checks that the Go validation and the policies alone name
// what is wrong with a document, and that nothing is decided.
func TestInvalidFixtures(t *testing.T) {
	onlyGoRejects := map[string]bool{
		"unknown-key": true, "unknown-auth-mechanism": true, "unknown-role": true, "host-name-empty": true,
	}
	policies, schema := policiesAlone(t), decisionSchema(t)
	inputs, err := filepath.Glob("fixtures/invalid/*/input.json")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, path := range inputs {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			var places []string
			unmarshal(t, filepath.Join(filepath.Dir(path), "paths.json"), &places)
			require.NotEmpty(t, places)

			text, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = gather.Decode(text)
			for _, place := range places {
				require.ErrorContains(t, err, place+": ")
			}
			if onlyGoRejects[name] {
				return
			}

			var input any
			unmarshal(t, path, &input)
			results, err := policies.Eval(t.Context(), rego.EvalInput(input))
			require.NoError(t, err)
			decision := results[0].Expressions[0].Value.(map[string]any)
			require.NoError(t, schema.Validate(decision))
			require.Empty(t, decision["events"])
			require.Nil(t, decision["mail_at_risk"])
			for _, scenario := range []string{"inbound_anonymous", "inbound_starttls", "outbound_anonymous"} {
				decided := decision[scenario].(map[string]any)
				require.Empty(t, decided["connectors"])
				require.Empty(t, decided["routes"])
				require.Empty(t, decided["events"])
				require.Nil(t, decided["certificate"])
				require.Equal(t, decision["input_errors"], decided["input_errors"])
			}
			errors := fmt.Sprintln(decision["input_errors"].([]any)...)
			for _, place := range places {
				// The policies name the whole list, not the item in it.
				require.Contains(t, errors, element.ReplaceAllString(place, "")+": ")
			}
		})
	}
}

// TestNullsAreRefused sets each field of the fixtures to null, one at a time:
// unless the schema allows null, the policies alone reject it and decide
// nothing.
func TestNullsAreRefused(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal(schemas.Input, &schema))
	policies := policiesAlone(t)
	seen := map[string]bool{"$schema": true, "certificates[].der": true} // no fixture has them
	inputs, err := filepath.Glob("fixtures/[0-9]*/input.json")
	require.NoError(t, err)
	for _, path := range inputs {
		var document map[string]any
		unmarshal(t, path, &document)
		nullEach(document, schema, schema, "", seen, func(place string, allowed bool) {
			results, err := policies.Eval(t.Context(), rego.EvalInput(document))
			require.NoError(t, err)
			decision := results[0].Expressions[0].Value.(map[string]any)
			errors := decision["input_errors"].([]any)
			if allowed {
				require.Empty(t, errors, "%s: %s", path, place)
				return
			}
			require.NotEmpty(t, errors, "%s: %s", path, place)
			require.Contains(t, fmt.Sprintln(errors...), place+": ")
			require.Nil(t, decision["mail_at_risk"])
		})
	}
	for _, place := range fieldsOf(schema, schema, "") {
		require.True(t, seen[place], "%s is in no fixture", place)
	}
}

// nullEach calls visit with each field of an object not seen before set to
// null, and with whether the schema allows it.
func nullEach(object, schema, node map[string]any, path string, seen map[string]bool, visit func(string, bool)) {
	properties, _ := resolve(schema, node)["properties"].(map[string]any)
	for key, value := range object {
		property, known := properties[key].(map[string]any)
		if !known {
			continue
		}
		property = resolve(schema, property)
		place := strings.TrimPrefix(path+"."+key, ".")
		if general := index.ReplaceAllString(place, "[]"); !seen[general] {
			seen[general] = true
			types, _ := property["type"].([]any)
			object[key] = nil
			visit(place, slices.Contains(types, any("null")))
			object[key] = value
		}
		switch value := value.(type) {
		case map[string]any:
			nullEach(value, schema, property, place, seen, visit)
		case []any:
			items, _ := property["items"].(map[string]any)
			for i := range value {
				if element, ok := value[i].(map[string]any); ok {
					nullEach(element, schema, items, fmt.Sprintf("%s[%d]", place, i), seen, visit)
				}
			}
		}
	}
}

// index matches an index in a path.
var index = regexp.MustCompile(`\[\d+\]`)

// fieldsOf returns the paths of all fields of the schema.
func fieldsOf(schema, node map[string]any, path string) (fields []string) {
	properties, _ := resolve(schema, node)["properties"].(map[string]any)
	for key, property := range properties {
		place := strings.TrimPrefix(path+"."+key, ".")
		property := resolve(schema, property.(map[string]any))
		if items, ok := property["items"].(map[string]any); ok {
			fields = append(fields, fieldsOf(schema, items, place+"[]")...)
		}
		fields = append(append(fields, place), fieldsOf(schema, property, place)...)
	}
	return fields
}

// resolve follows references.
func resolve(schema, node map[string]any) map[string]any {
	for node["$ref"] != nil {
		name := strings.TrimPrefix(node["$ref"].(string), "#/definitions/")
		node = schema["definitions"].(map[string]any)[name].(map[string]any)
	}
	return node
}

// element matches the end of a path to an element of a list.
var element = regexp.MustCompile(`\[\d+\]$`)

// TestDifferential compares the policies with a Go implementation written only
// from the specification, for generated documents: as our evaluator reads them,
// and unchanged, as plain OPA reads them.
func TestDifferential(t *testing.T) {
	const now = "2026-11-22T07:00:00Z"
	clock, err := time.Parse(gather.TimeFormat, now)
	require.NoError(t, err)
	evaluator, err := evaluate.New(t.Context(), evaluate.WithClock(func() time.Time { return clock }))
	require.NoError(t, err)
	policies := policiesAlone(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := documents.JSON().Draw(rt, "document")
		document, err := gather.Decode(text)
		require.NoError(rt, err)
		expected := oracle.Decide(document, now)

		decision, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(rt, err)
		require.JSONEq(rt, withoutProse(rt, expected), withoutProse(rt, decision))

		var input any
		require.NoError(rt, json.Unmarshal(text, &input))
		results, err := policies.Eval(t.Context(), rego.EvalInput(input), rego.EvalTime(clock))
		require.NoError(rt, err)
		require.JSONEq(rt, withoutProse(rt, expected), withoutProse(rt, results[0].Expressions[0].Value))
	})
}

func decisionSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemas.Decision))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("decision.json", text))
	schema, err := compiler.Compile("decision.json")
	require.NoError(t, err)
	return schema
}

// decideAlone returns the decision of the policies in plain OPA for the
// document at path.
func decideAlone(t *testing.T, policies rego.PreparedEvalQuery, path string) map[string]any {
	t.Helper()
	var input any
	unmarshal(t, path, &input)
	results, err := policies.Eval(t.Context(), rego.EvalInput(input))
	require.NoError(t, err)
	return results[0].Expressions[0].Value.(map[string]any)
}

// TestPolicies runs the policies' own tests and checks that they cover every
// line.
func TestPolicies(t *testing.T) {
	modules, store := loadPolicies(t)
	coverage := cover.New()
	results, err := tester.NewRunner().
		SetStore(store).
		SetModules(modules).
		SetCoverageQueryTracer(coverage).
		SetTimeout(time.Minute). // the machine may be busy
		RunTests(t.Context(), nil)
	require.NoError(t, err)
	count := 0
	for result := range results {
		count++
		require.NoError(t, result.Error, result.Name)
		if result.Fail {
			t.Errorf("%s fails:\n%s", result.Name, result.SubResults)
		}
	}
	require.Positive(t, count)
	for path, file := range coverage.Report(modules).Files {
		for _, line := range file.NotCovered {
			t.Errorf("%s:%d: no test covers this", path, line.Start.Row)
		}
	}
}

// TestRulesAreDescribed checks that METADATA has titles and descriptions, and
// that every rule that another package reads has METADATA.
func TestRulesAreDescribed(t *testing.T) {
	modules, _ := loadPolicies(t)
	described := map[string]bool{}
	read := map[string]string{} // the place that reads a rule, by the rule
	for path, module := range modules {
		if strings.HasSuffix(path, "_test.rego") {
			continue
		}
		for _, rule := range module.Rules {
			for _, annotations := range rule.Annotations {
				place := fmt.Sprintf("%s: %s", path, rule.Ref())
				require.NotEmpty(t, annotations.Title, place)
				require.NotEmpty(t, annotations.Description, place)
				described[fmt.Sprintf("%s.%s", module.Package.Path, rule.Head.Ref()[0].Value)] = true
			}
		}
		imported := map[string]*ast.Term{}
		for _, one := range module.Imports {
			imported[string(one.Name())] = one.Path
		}
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if target := imported[ref[0].Value.String()]; target != nil && len(ref) > 1 {
				read[target.Value.(ast.Ref).Append(ref[1]).String()] = ref[0].Location.String()
			}
			return false
		})
	}
	require.NotEmpty(t, read)
	for rule, place := range read {
		if !described[rule] {
			t.Errorf("%s reads %s, which has no METADATA", place, rule)
		}
	}
}

// ruleLink matches a link from the specification to a rule and its file.
var ruleLink = regexp.MustCompile("\\[`([a-z0-9_]+)`\\]\\(\\.\\./(policies/transportcert/[a-z0-9_/]+\\.rego)\\)")

// TestSpecificationLinksRules checks that the specification links each step of
// each scenario to its rule, and that each link leads to a rule with that name.
func TestSpecificationLinksRules(t *testing.T) {
	text, err := os.ReadFile("docs/specification.md")
	require.NoError(t, err)
	modules, _ := loadPolicies(t)
	linked := map[string]bool{}
	for _, link := range ruleLink.FindAllSubmatch(text, -1) {
		require.Contains(t, modules, string(link[2]))
		require.True(t, slices.ContainsFunc(modules[string(link[2])].Rules, func(rule *ast.Rule) bool {
			return rule.Head.Ref()[0].Value.String() == string(link[1])
		}), "%s in %s", link[1], link[2])
		linked[string(link[1])] = true
	}
	for _, rule := range []string{"procedure", "role", "routes", "gate", "leads_to_organization", "missing_facts", "mail_at_risk"} {
		require.True(t, linked[rule], rule)
	}
	for heading, steps := range map[string]int{"Step": 9, "STARTTLS step": 7} {
		sections := regexp.MustCompile(`(?m)^### `+heading+` (\d+): .*$`).FindAllSubmatchIndex(text, -1)
		require.Len(t, sections, steps)
		for _, place := range sections {
			step, section := string(text[place[2]:place[3]]), text[place[1]:]
			link := ruleLink.FindSubmatch(section[:bytes.Index(section, []byte("\n#"))])
			require.NotNil(t, link, "%s %s has no link to its rule", heading, step)
			require.Contains(t, stepsOf(modules[string(link[2])], string(link[1])), step, "%s in %s", link[1], link[2])
		}
	}
}

// stepsOf returns the steps in the METADATA of a rule.
func stepsOf(module *ast.Module, name string) []string {
	var steps []string
	for _, rule := range module.Rules {
		for _, annotations := range rule.Annotations {
			if step, ok := annotations.Custom["step"]; ok && rule.Head.Ref()[0].Value.String() == name {
				steps = append(steps, fmt.Sprint(step))
			}
		}
	}
	return steps
}

func unmarshal(t *testing.T, path string, value any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, value))
}

func read(t *testing.T, path string) *gather.Document {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	document, err := gather.Decode(text)
	require.NoError(t, err)
	return document
}

// policiesAlone prepares the decision in plain OPA, without our validation.
func policiesAlone(t *testing.T) rego.PreparedEvalQuery {
	t.Helper()
	return asked(t, "data.transportcert.server.decision")
}

func asked(t *testing.T, rule string) rego.PreparedEvalQuery {
	t.Helper()
	query, err := rego.New(
		rego.Query(rule),
		rego.Load([]string{"policies/transportcert"}, notShipped),
	).PrepareForEval(t.Context())
	require.NoError(t, err)
	return query
}

func notShipped(path string, info fs.FileInfo, _ int) bool {
	return !info.IsDir() && (!strings.HasSuffix(path, ".rego") || strings.HasSuffix(path, "_test.rego"))
}

// loadPolicies returns the policies with their tests and an empty store.
func loadPolicies(t *testing.T) (map[string]*ast.Module, storage.Store) {
	t.Helper()
	notRego := func(_ string, info fs.FileInfo, _ int) bool {
		return !info.IsDir() && !strings.HasSuffix(info.Name(), ".rego")
	}
	modules, store, err := tester.LoadWithParserOptions([]string{"policies"}, notRego, ast.ParserOptions{
		ProcessAnnotation: true,
		RegoVersion:       ast.RegoV1,
	})
	require.NoError(t, err)
	return modules, store
}

// withoutProse returns a decision as JSON without the messages and remediations
// of its events, which the tests of the rules cover.
func withoutProse(t require.TestingT, decision any) string {
	return withoutFields(t, decision, nil, "message", "remediation", "action")
}

// nineSteps is withoutProse for the decision of inbound anonymous TLS without
// what depends on the procedure.
func nineSteps(t require.TestingT, decision any) string {
	return withoutFields(t, decision, []string{"procedure"}, "message", "remediation", "action", "connector")
}

// withoutFields returns a decision as JSON without some of its fields, and some
// fields of its events and nested decisions.
func withoutFields(t require.TestingT, decision any, ofDecision []string, ofEvents ...string) string {
	text, err := json.Marshal(decision)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	for _, field := range ofDecision {
		delete(fields, field)
	}
	for _, value := range fields {
		if nested, ok := value.(map[string]any); ok && nested["events"] != nil {
			withoutFieldsOfEvents(nested, ofEvents)
		}
	}
	withoutFieldsOfEvents(fields, ofEvents)
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	return string(text)
}

func withoutFieldsOfEvents(decision map[string]any, fields []string) {
	for _, event := range decision["events"].([]any) {
		for _, field := range fields {
			delete(event.(map[string]any), field)
		}
	}
}
