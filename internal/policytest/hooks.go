package policytest

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/transportcert/transportcert/internal/bundles"
)

// A hook is a rule of an organization that the shipped rules read: config,
// which is an object, or a set of objects.
type hook struct {
	name     string
	required []string   // fields
	known    []string   // fields; nil: any
	typed    []string   // fields whose type is known
	of       types.Type // that type
}

// hooks finds what is wrong with the hooks. The shipped rules determine the
// fields. Anything that the compiler cannot determine before the evaluation
// passes.
func (o *own) hooks(ctx context.Context, compiler *ast.Compiler, store storage.Store) ([]Problem, error) {
	ask := func(query string) (texts []string, err error) {
		results, err := rego.New(rego.Query("texts := "+query), rego.Compiler(compiler), rego.Store(store)).Eval(ctx)
		if err != nil || len(results) == 0 {
			return nil, fmt.Errorf("reading the hooks that the shipped rules expect, %s: %w", query, err)
		}
		for _, text := range results[0].Bindings["texts"].([]any) {
			texts = append(texts, text.(string))
		}
		return texts, nil
	}
	names := map[string][]string{} // of fields
	for _, table := range []string{"custom_fields", "optional_custom_fields", "thresholds"} {
		var err error
		if names[table], err = ask("object.keys(data.transportcert.compliance." + table + ")"); err != nil {
			return nil, err
		}
	}
	required, optional, thresholds := names["custom_fields"], names["optional_custom_fields"], names["thresholds"]
	criterion := []string{"reason", "thumbprint"}
	problems, err := o.fields(slices.Concat(criterion, required, optional, thresholds))
	if err != nil {
		return nil, err
	}
	problems = append(problems, o.misnamed(compiler)...)
	for _, hook := range []hook{
		{"ineligible", criterion, nil, criterion, types.S},
		{"findings", required, slices.Concat(required, optional), required, types.S},
		{"config", nil, thresholds, thresholds, types.N},
	} {
		found := compiler.TypeEnv.GetByRef(ast.MustParseRef(bundles.CustomPackage + "." + hook.name))
		if data, ok := lookup(o.data, []string{"transportcert", "custom", hook.name}); ok {
			value, err := ast.InterfaceToValue(data)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", hook.name, err)
			}
			found = compiler.TypeEnv.GetByValue(value)
		}
		if found != nil {
			problems = append(problems, o.shape(hook, found)...)
		}
		if o.conditional(hook.name) {
			problems = append(problems, o.at(hook.name, hook.name+": expected a default rule: if no rule applies, there is no decision", nil))
		}
	}
	if len(problems) > 0 {
		return problems, nil
	}
	values, err := ask("data.transportcert.compliance.config_problems") // those that do not depend on the input
	for _, text := range values {
		problems = append(problems, o.at("config", text, nil))
	}
	return problems, err
}

// conditional reports whether all values of a hook depend on conditions.
func (o *own) conditional(hook string) bool {
	var rules []*ast.Rule
	for _, file := range o.rules {
		for _, rule := range file.Parsed.Rules {
			if rule.Head.Ref().String() == hook && file.Parsed.Package.Path.String() == bundles.CustomPackage {
				rules = append(rules, rule)
			}
		}
	}
	always := ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(rule *ast.Rule) bool {
		return rule.Default || rule.Head.RuleKind() == ast.MultiValue || rule.Body.Equal(always)
	})
}

// shape compares the possible types of a hook with those that the shipped rules
// read.
func (o *own) shape(hook hook, found types.Type) []Problem {
	var problems []Problem
	for _, one := range alternatives(found) {
		entries := alternatives(one)
		if hook.name != "config" {
			switch one := one.(type) {
			case *types.Set:
				entries = alternatives(one.Of())
			case *types.Array:
				entries = alternatives(types.Values(one))
			case types.Any:
			default:
				entries = nil
				problems = append(problems, o.at(hook.name, hook.name+": expected a set of objects: "+hook.name+" contains {...}", nil))
			}
		}
		for _, entry := range entries {
			problems = append(problems, o.entry(hook, entry)...)
		}
	}
	return problems
}

// entry checks an object of a hook.
func (o *own) entry(hook hook, entry types.Type) []Problem {
	object, ok := entry.(*types.Object)
	switch {
	case types.Compare(entry, types.A) == 0, ok && (object.DynamicProperties() != nil || object.Len() == 0):
		return nil // not known before it is evaluated
	case !ok:
		return []Problem{o.at(hook.name, hook.name+": expected an object, found a "+types.Sprint(entry), func(keys []string) bool { return keys == nil })}
	}
	var problems []Problem
	for _, name := range hook.required {
		if object.Select(name) == nil {
			problems = append(problems, o.at(hook.name, hook.name+": expected "+name+" in each object",
				func(keys []string) bool { return keys != nil && !slices.Contains(keys, name) }))
		}
	}
	for _, key := range object.Keys() {
		name, _ := key.(string)
		text := ""
		if value := object.Select(key); hook.known != nil && !slices.Contains(hook.known, name) {
			text = noSuch(hook.name, name, hook.known)
		} else if slices.Contains(hook.typed, name) && !canBe(value, hook.of) {
			text = fmt.Sprintf("%s: %s: expected a %s, found a %s", hook.name, name, hook.of, types.Sprint(value))
		}
		if text != "" {
			problems = append(problems, o.at(hook.name, text, func(keys []string) bool { return slices.Contains(keys, name) }))
		}
	}
	return problems
}

// alternatives returns the possible types of a value.
func alternatives(found types.Type) []types.Type {
	if union, ok := found.(types.Any); ok && len(union) > 0 {
		return union
	}
	return []types.Type{found}
}

func canBe(found, expected types.Type) bool {
	return slices.ContainsFunc(alternatives(found), func(one types.Type) bool {
		return types.Compare(one, expected) == 0 || types.Compare(one, types.A) == 0
	})
}

// at returns a problem located at the first rule of a hook whose keys fit,
// otherwise at its first rule, or without a place if the hook is data.
func (o *own) at(hook, text string, fits func(keys []string) bool) Problem {
	problem := Problem{Text: text}
	for _, file := range o.rules {
		for _, rule := range file.Parsed.Rules {
			if rule.Head.Ref()[0].String() != hook || file.Parsed.Package.Path.String() != bundles.CustomPackage {
				continue
			}
			fitting := fits != nil && fits(keysOf(rule.Head))
			if fitting || problem.File == "" {
				problem.File, problem.Line = rule.Location.File, rule.Location.Row
			}
			if fitting {
				return problem
			}
		}
	}
	return problem
}

// keysOf returns the keys in a rule's head, config.x or {"x": 1}, or nil if
// there are none.
func keysOf(head *ast.Head) []string {
	var keys []string
	add := func(key *ast.Term) {
		if name, ok := key.Value.(ast.String); ok {
			keys = append(keys, string(name))
		}
	}
	for _, part := range head.Ref()[1:] {
		add(part)
	}
	for _, term := range []*ast.Term{head.Key, head.Value} {
		if term != nil {
			if object, ok := term.Value.(ast.Object); ok {
				object.Foreach(func(key, _ *ast.Term) { add(key) })
			}
		}
	}
	return keys
}

// misnamed finds rules that nothing reads and that are probably meant to be
// hooks: rules with a similar name, or in a package below.
func (o *own) misnamed(compiler *ast.Compiler) []Problem {
	var problems []Problem
	for _, file := range o.rules {
		module := compiler.Modules[file.Path]
		isCustom := module.Package.Path.String() == bundles.CustomPackage
		for _, rule := range module.Rules {
			name := rule.Head.Ref()[0].String()
			if isCustom && slices.Contains(bundles.Hooks, name) || len(rule.Head.Args) > 0 || len(compiler.Graph.Dependents(rule)) > 0 {
				continue
			}
			if close := closest(name, bundles.Hooks); close != "" {
				problems = append(problems, Problem{rule.Location.File, rule.Location.Row, fmt.Sprintf(
					"nothing reads %s.%s; did you mean %s.%s?", module.Package.Path, name, bundles.CustomPackage, close)})
			}
		}
	}
	return problems
}
