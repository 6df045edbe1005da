package gather

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/transportcert/transportcert/policies/schemas"
)

// A schema is a node of the input document's JSON Schema. It supports only the
// keywords that occur there; reading any other keyword fails. A complete JSON Schema
// library would add more time to each process than a decision takes, because it
// compiles the metaschemas when the program starts. A test compares the two. Every
// array has items.
type schema struct {
	Ref                  string             `json:"$ref"`
	Definitions          map[string]*schema `json:"definitions"`
	Type                 oneOrMore          `json:"type"`
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *additional        `json:"additionalProperties"`
	Required             []string           `json:"required"`
	Items                *schema            `json:"items"`
	Enum                 []any              `json:"enum"`
	Pattern              string             `json:"pattern"`
	MinLength            int                `json:"minLength"` // in code points
	Minimum              *float64           `json:"minimum"`

	// These do not restrict a value.
	Dialect     string `json:"$schema"`
	ID          string `json:"$id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Examples    []any  `json:"examples"`

	pattern func() *regexp.Regexp // compiled when it is first needed; nil: none
	members []member              // of the struct that an object is decoded into
}

// A member is a field of a struct, and its part of the schema.
type member struct {
	index    int
	schema   *schema
	required bool
	omitted  bool // from JSON, if it is zero
}

// oneOrMore is a name, or an array of names.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	if text[0] != '"' {
		return jsonv2.Unmarshal(text, (*[]string)(o))
	}
	*o = oneOrMore{""}
	return jsonv2.Unmarshal(text, &(*o)[0])
}

// additional is false, or the schema of the properties that are not listed by
// name.
type additional struct{ schema *schema }

func (a *additional) UnmarshalJSON(text []byte) error {
	if string(text) == "false" {
		return nil
	}
	return jsonv2.Unmarshal(text, &a.schema, jsonv2.RejectUnknownMembers(true))
}

// documentSchema returns the schema of the input document.
var documentSchema = sync.OnceValue(func() *schema {
	whole := new(schema)
	if err := jsonv2.Unmarshal(schemas.Input, whole, jsonv2.RejectUnknownMembers(true)); err != nil {
		panic(err) // the schema is part of the program
	}
	whole.link(whole.Definitions)
	whole.bind(reflect.TypeFor[Document]())
	return whole
})

// partialSchema returns the schema of a document that lacks sections.
var partialSchema = sync.OnceValue(func() *schema {
	partial := *documentSchema()
	partial.Required = nil
	return &partial
})

// link replaces the references of a node by the definitions.
func (s *schema) link(definitions map[string]*schema) {
	if s.Pattern != "" && s.pattern == nil {
		s.pattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s.Pattern) })
	}
	for name, node := range s.Properties {
		s.Properties[name] = node.resolved(definitions)
	}
	if s.Items != nil {
		s.Items = s.Items.resolved(definitions)
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.schema != nil {
		s.AdditionalProperties.schema = s.AdditionalProperties.schema.resolved(definitions)
	}
}

// resolved returns the linked node, or the linked node that it refers to.
func (s *schema) resolved(definitions map[string]*schema) *schema {
	if s.Ref != "" {
		s = definitions[strings.TrimPrefix(s.Ref, "#/definitions/")]
	}
	s.link(definitions)
	return s
}

// bind finds the fields that the members of an object are decoded into.
func (s *schema) bind(t reflect.Type) {
	switch {
	case t.Kind() == reflect.Pointer:
		s.bind(t.Elem())
	case s.Items != nil && t.Kind() == reflect.Slice:
		s.Items.bind(t.Elem())
	case s.Properties != nil:
		for i := range t.NumField() {
			key, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			node := s.Properties[key]
			node.bind(t.Field(i).Type)
			s.members = append(s.members, member{i, node, slices.Contains(s.Required, key), option != ""})
		}
	}
}

// property returns the schema of a property, or nil if the name is not allowed.
func (s *schema) property(name string) *schema {
	if node := s.Properties[name]; node != nil || s.AdditionalProperties == nil {
		return node
	}
	return s.AdditionalProperties.schema
}

// accepts reports whether the schema allows a value, without checking the
// value's members. A whole number is a float64.
func (s *schema) accepts(value any) bool {
	var name string
	fits := true
	switch value := value.(type) {
	case nil:
		name = "null"
	case bool:
		name = "boolean"
	case map[string]any:
		name = "object"
	case []any:
		name = "array"
	case float64:
		name = "integer"
		fits = s.Minimum == nil || value >= *s.Minimum
	case string:
		name = "string"
		fits = utf8.RuneCountInString(value) >= s.MinLength && (s.pattern == nil || s.pattern().MatchString(value))
	default:
		name = fmt.Sprintf("%T", value) // a number that is not whole
	}
	return fits && slices.Contains(s.Type, name) && (s.Enum == nil || slices.Contains(s.Enum, value))
}
