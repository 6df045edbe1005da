package policytest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/transportcert/transportcert/policies/schemas"
)

// vocabulary is the set of known field names, and the strings that a field can
// contain, if these are known.
type vocabulary struct {
	names map[string]bool
	own   map[string]bool     // names of fields in the organization's own Rego and data
	texts map[string][]string // by field; no entry: any string
}

// vocabularyOf collects the fields of the schemas, of the hooks, and of the
// organization's own objects.
func (o *own) vocabularyOf(hookFields []string) (*vocabulary, error) {
	v := &vocabulary{map[string]bool{}, map[string]bool{}, map[string][]string{}}
	open := map[string]bool{}
	for _, text := range [][]byte{schemas.Input, schemas.Decision, schemas.Findings} {
		var schema any
		if err := json.Unmarshal(text, &schema); err != nil {
			return nil, fmt.Errorf("reading a schema: %w", err)
		}
		v.schema(schema, open)
	}
	for name := range open {
		delete(v.texts, name)
	}
	for _, name := range slices.Concat(hookFields, annotationFields) {
		v.names[name] = true
	}
	v.data(o.data)
	v.modules(o.rules)
	return v, nil
}

// modules adds the keys of objects in Rego.
func (v *vocabulary) modules(modules []bundle.ModuleFile) {
	for _, module := range modules {
		for _, annotations := range module.Parsed.Annotations {
			v.data(annotations.Custom)
		}
		ast.NewGenericVisitor(func(node any) bool {
			switch node := node.(type) {
			case ast.Object:
				node.Foreach(func(key, _ *ast.Term) { v.add(key) })
			case *ast.Head:
				for _, part := range node.Ref() {
					v.add(part)
				}
			}
			return false
		}).Walk(module.Parsed)
	}
}

// annotationFields are the fields of the result of rego.metadata.rule.
var annotationFields = []string{
	"annotations", "authors", "compile", "custom", "description", "email", "entrypoint", "location", "name", "organizations",
	"path", "ref", "related_resources", "schemas", "scope", "title",
}

func (v *vocabulary) add(key *ast.Term) {
	if name, ok := key.Value.(ast.String); ok {
		v.names[string(name)], v.own[string(name)] = true, true
	}
}

// data adds the keys of data at any depth.
func (v *vocabulary) data(value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			v.names[key], v.own[key] = true, true
			v.data(inner)
		}
	case []any:
		for _, inner := range value {
			v.data(inner)
		}
	}
}

// schema adds the properties of a schema. open are those that can be any
// string.
func (v *vocabulary) schema(value any, open map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, inner := range value {
			v.schema(inner, open)
		}
	case map[string]any:
		properties, _ := value["properties"].(map[string]any)
		for name, property := range properties {
			v.names[name] = true
			if texts := textsOf(property); len(texts) > 0 {
				v.texts[name] = slices.Compact(slices.Sorted(slices.Values(append(v.texts[name], texts...))))
			} else {
				open[name] = true
			}
		}
		for _, inner := range value {
			v.schema(inner, open)
		}
	}
}

// textsOf returns the strings that a property, or each of its items, can be.
func textsOf(property any) []string {
	schema, _ := property.(map[string]any)
	if items, ok := schema["items"]; ok {
		return textsOf(items)
	}
	values, _ := schema["enum"].([]any)
	if values == nil {
		values, _ = schema["examples"].([]any) // every string that a gatherer writes
	}
	var texts []string
	for _, value := range values {
		if text, ok := value.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// fields finds references below a variable to fields that do not exist, where
// the compiler cannot determine the type, such as below the argument of a
// function; and comparisons with strings that a field never is.
func (o *own) fields(hookFields []string) ([]Problem, error) {
	v, err := o.vocabularyOf(hookFields)
	if err != nil {
		return nil, err
	}
	origin := o.origins()
	var problems []Problem
	look := func(files []bundle.ModuleFile) {
		known := slices.Sorted(maps.Keys(v.names))
		for _, file := range files {
			for _, rule := range file.Parsed.Rules {
				each(rule, func(rule *ast.Rule) {
					v.walk(rule, origin.names[file.Parsed], origin.foreign[rule], known, func(at *ast.Location, text string) {
						problems = append(problems, Problem{at.File, at.Row, text})
					})
				})
			}
		}
	}
	look(o.rules)
	v.modules(o.tests) // rules do not see objects that only tests create
	look(o.tests)
	return problems, nil
}

// each visits a rule and its else branches.
func each(rule *ast.Rule, visit func(*ast.Rule)) {
	for ; rule != nil; rule = rule.Else {
		visit(rule)
	}
}

func (v *vocabulary) walk(rule *ast.Rule, global, foreign map[ast.Var]bool, known []string, report func(*ast.Location, string)) {
	check := func(ref ast.Ref) {
		head, ok := ref[0].Value.(ast.Var)
		if !ok || global[head] || foreign[head] || ast.BuiltinMap[ref.String()] != nil {
			return
		}
		for i, part := range ref[1:] {
			if name, ok := part.Value.(ast.String); ok && !v.names[string(name)] {
				text := fmt.Sprintf("%s has no %s", ref[:i+1], string(name))
				if close := closest(string(name), known); close != "" {
					text += "; did you mean " + close + "?"
				} else {
					text += ": no schema, hook or object of yours has this field"
				}
				report(ref[0].Location, text)
				return
			}
		}
	}
	compare := func(terms []*ast.Term) {
		if len(terms) < 3 || !comparing[terms[0].String()] {
			return
		}
		for _, pair := range [][2]*ast.Term{{terms[1], terms[2]}, {terms[2], terms[1]}} {
			ref, ok := pair[0].Value.(ast.Ref)
			if !ok || foreign[ast.Var(ref[0].String())] {
				continue
			}
			for _, text := range literals(pair[1]) {
				if wrong := v.never(ref, text); wrong != "" {
					report(pair[0].Location, wrong)
				}
			}
		}
	}
	ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case *ast.Rule:
			return node != rule // else is visited separately
		case *ast.Expr:
			if terms, ok := node.Terms.([]*ast.Term); ok {
				compare(terms)
			}
		case ast.Call:
			compare(node)
		case ast.Ref:
			check(node)
		}
		return false
	}).Walk(rule)
}

var comparing = map[string]bool{"equal": true, "eq": true, "neq": true, "internal.member_2": true}

// literals returns the strings of a term: itself, or the members of a set or an
// array.
func literals(term *ast.Term) []string {
	var texts []string
	add := func(term *ast.Term) {
		if text, ok := term.Value.(ast.String); ok {
			texts = append(texts, string(text))
		}
	}
	add(term)
	switch value := term.Value.(type) {
	case ast.Set:
		value.Foreach(add)
	case *ast.Array:
		value.Foreach(add)
	}
	return texts
}

var objectIdentifier = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+$`)

// never returns a problem if the field that a reference leads to is never that
// string, and "" otherwise.
func (v *vocabulary) never(ref ast.Ref, text string) string {
	end := len(ref)
	for end > 1 && !isString(ref[end-1]) {
		end-- // an index, or a variable used as one
	}
	if end == 1 {
		return ""
	}
	name := string(ref[end-1].Value.(ast.String))
	texts := v.texts[name]
	ofInput := ref.HasPrefix(ast.InputRootRef)
	switch {
	case len(texts) == 0, slices.Contains(texts, text), v.own[name] && !ofInput, objectIdentifier.MatchString(text):
		return ""
	}
	problem := fmt.Sprintf("%s is never %q", ref[:end], text)
	i := slices.IndexFunc(texts, func(other string) bool { return strings.EqualFold(other, text) })
	if i >= 0 {
		return fmt.Sprintf("%s; did you mean %q?", problem, texts[i])
	}
	if close := closest(text, texts); close != "" {
		return fmt.Sprintf("%s; did you mean %q?", problem, close)
	}
	return problem + "; it is one of " + strings.Join(texts, ", ")
}

func isString(term *ast.Term) bool {
	_, ok := term.Value.(ast.String)
	return ok
}
