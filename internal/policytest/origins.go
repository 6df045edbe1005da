package policytest

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// origins says which variables do not come from the documents.
type origins struct {
	names   map[*ast.Module]map[ast.Var]bool // imports and rules of a module
	foreign map[*ast.Rule]map[ast.Var]bool   // variables of a rule whose fields are unknown
	args    map[string]map[int]bool          // arguments that receive foreign values, by the function's name
}

// openObjects are the built-in functions that return objects with arbitrary fields.
var openObjects = []string{"crypto.", "io.jwt.", "json.unmarshal", "rego.metadata.", "uri.parse", "urlquery.decode_object", "yaml.unmarshal"}

// origins finds the variables of each rule that come from values with unknown
// fields, also through other variables and arguments.
func (o *own) origins() *origins {
	all := &origins{map[*ast.Module]map[ast.Var]bool{}, map[*ast.Rule]map[ast.Var]bool{}, map[string]map[int]bool{}}
	modules := slices.Concat(o.rules, o.tests)
	for _, file := range modules {
		names := map[ast.Var]bool{"input": true, "data": true}
		for _, imported := range file.Parsed.Imports {
			names[imported.Name()] = true
		}
		for _, other := range modules { // the rules of a package can be in several files
			if other.Parsed.Package.Equal(file.Parsed.Package) {
				for _, rule := range other.Parsed.Rules {
					if name, ok := rule.Head.Ref()[0].Value.(ast.Var); ok {
						names[name] = true
					}
				}
			}
		}
		all.names[file.Parsed] = names
	}
	for changed := true; changed; {
		changed = false
		for _, file := range modules {
			for _, rule := range file.Parsed.Rules {
				each(rule, func(rule *ast.Rule) { changed = all.propagate(rule) || changed })
			}
		}
	}
	return all
}

// propagate marks what a rule derives from foreign values, and reports whether
// anything changed.
func (o *origins) propagate(rule *ast.Rule) (changed bool) {
	foreign := o.foreign[rule]
	if foreign == nil {
		foreign = map[ast.Var]bool{}
		o.foreign[rule] = foreign
	}
	mark := func(term *ast.Term) {
		ast.WalkVars(term, func(name ast.Var) bool {
			changed = changed || !foreign[name]
			foreign[name] = true
			return false
		})
	}
	for i, arg := range rule.Head.Args {
		if o.args[rule.Head.Ref()[0].String()][i] {
			mark(arg)
		}
	}
	call := func(terms []*ast.Term) {
		name := terms[0].String()
		switch name {
		case "assign", "eq":
			if isForeign(terms[2], foreign) {
				mark(terms[1])
			}
		case "internal.member_2", "internal.member_3":
			if last := len(terms) - 1; isForeign(terms[last], foreign) {
				for _, term := range terms[1:last] {
					mark(term)
				}
			}
		}
		name = name[strings.LastIndex(name, ".")+1:]
		for i, term := range terms[1:] {
			if isForeign(term, foreign) && !o.args[name][i] {
				if o.args[name] == nil {
					o.args[name] = map[int]bool{}
				}
				o.args[name][i], changed = true, true
			}
		}
	}
	ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case *ast.Expr:
			if terms, ok := node.Terms.([]*ast.Term); ok {
				call(terms)
			}
		case ast.Call:
			call(node)
		}
		return false
	}).Walk(rule)
	return changed
}

// isForeign reports whether a term depends on values with unknown fields.
func isForeign(term *ast.Term, foreign map[ast.Var]bool) (found bool) {
	ast.NewGenericVisitor(func(node any) bool {
		switch node := node.(type) {
		case ast.Var:
			found = found || foreign[node]
		case ast.Call:
			name := node[0].String()
			found = found || slices.ContainsFunc(openObjects, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		case *ast.ObjectComprehension:
			found = found || !isString(node.Key)
		}
		return found
	}).Walk(term)
	return found
}
