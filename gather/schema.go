package gather

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
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

	pattern *regexp.Regexp // nil: none
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

// readSchemas returns the schema of the input document, and that of a partial
// document.
func readSchemas() (whole, partial *schema) {
	whole = new(schema)
	if err := jsonv2.Unmarshal(schemas.Input, whole, jsonv2.RejectUnknownMembers(true)); err != nil {
		panic(err) // the schema is part of the program
	}
	whole.link(whole.Definitions)
	withoutRequired := *whole
	withoutRequired.Required = nil
	return whole, &withoutRequired
}

// link compiles the patterns of a node and replaces references by the
// definitions.
func (s *schema) link(definitions map[string]*schema) {
	if s.Pattern != "" && s.pattern == nil {
		s.pattern = regexp.MustCompile(s.Pattern)
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
		fits = utf8.RuneCountInString(value) >= s.MinLength && (s.pattern == nil || s.pattern.MatchString(value))
	default:
		name = fmt.Sprintf("%T", value) // a number that is not whole
	}
	return fits && slices.Contains(s.Type, name) && (s.Enum == nil || slices.Contains(s.Enum, value))
}
