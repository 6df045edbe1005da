// Package policytest tests and checks an organization's own Rego together with
// the shipped policies. It applies the same limits to that Rego as package
// evaluate.
package policytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/bundles"
	"github.com/transportcert/transportcert/policies/schemas"
)

// own is an organization's own Rego and data.
type own struct {
	rules []bundle.ModuleFile
	tests []bundle.ModuleFile
	data  map[string]any
}

func load(ctx context.Context, paths []string) (*own, error) {
	return bundles.Bounded(ctx, func() (*own, error) { return read(paths) })
}

func read(paths []string) (*own, error) {
	custom, err := bundles.Custom(paths)
	tests, testsErr := bundles.Tests(paths)
	if err := errors.Join(err, testsErr); err != nil {
		return nil, err
	}
	return &own{custom.Modules, tests, custom.Data}, nil
}

// modules returns the organization's modules and the shipped ones, by file.
func (o *own) modules() (map[string]*ast.Module, error) {
	shipped, err := bundles.Shipped()
	if err != nil {
		return nil, err
	}
	all := map[string]*ast.Module{}
	for _, module := range slices.Concat(shipped.Modules, o.rules, o.tests) {
		if module.Parsed.Package.Path.String() == "data.transportcert.whatif" && !o.has(module.Path) {
			continue // its input is not a document, and no custom rule reads it
		}
		all[module.Path] = module.Parsed
	}
	return all, nil
}

// compiler returns a compiler that knows the data, and a store with the data.
func (o *own) compiler() (*ast.Compiler, storage.Store) {
	has := func(path []string) (bool, error) {
		_, found := lookup(o.data, path)
		return found, nil
	}
	return ast.NewCompiler().
		WithCapabilities(bundles.Capabilities()).
		WithPathConflictsCheck(has), inmem.NewFromObject(o.data)
}

// lookup finds a value in nested data.
func lookup(data map[string]any, path []string) (value any, found bool) {
	value = data
	for _, key := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = object[key]; !ok {
			return nil, false
		}
	}
	return value, true
}

// typed are the packages, including those below them, in which the schemas
// apply.
var typed = []string{"transportcert.custom", "transportcert.custom_test"}

// withSchemas makes a compiler check types with the schemas: the input
// everywhere, and the decision and the findings in the organization's packages.
// Modules without rules carry the METADATA for these, so that users need not
// write it.
func withSchemas(compiler *ast.Compiler, modules map[string]*ast.Module) error {
	set := ast.NewSchemaSet()
	for name, text := range map[string][]byte{
		"input": schemas.Input, "decision": schemas.Decision, "findings": schemas.Findings,
	} {
		var schema any
		if err := json.Unmarshal(text, &schema); err != nil {
			return fmt.Errorf("reading the schema of the %s: %w", name, err)
		}
		schema = nullable(schema)
		set.Put(ast.SchemaRootRef.Append(ast.StringTerm(name)), schema)
		if name != "decision" {
			continue
		}
		for _, scenario := range evaluate.Scenarios {
			set.Put(ast.SchemaRootRef.Append(ast.StringTerm(string(scenario))), map[string]any{
				"$ref":        "#/definitions/" + string(scenario),
				"definitions": schema.(map[string]any)["definitions"],
			})
		}
	}
	set.Put(ast.SchemaRootRef, set.Get(ast.MustParseRef("schema.input")))
	for _, name := range typed {
		module, err := ast.ParseModuleWithOpts("", metadata()+name, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			return fmt.Errorf("reading the schemas: %w", err)
		}
		modules["schemas of "+name] = module
	}
	compiler.WithSchemas(set).WithUseTypeCheckAnnotations(true)
	return nil
}

// metadata is the beginning of a module that sets the schemas of other people's
// rules; the package's name follows.
func metadata() string {
	lines := []string{
		"# METADATA", "# scope: subpackages", "# schemas:",
		"#   - " + evaluate.Server.Rule() + ": schema.decision",
		"#   - data.transportcert.compliance.findings: schema.findings",
	}
	for _, scenario := range evaluate.Scenarios {
		lines = append(lines, "#   - "+scenario.Rule()+": schema."+string(scenario))
	}
	return strings.Join(lines, "\n") + "\npackage "
}

// nullable converts a list of two types to anyOf, because OPA would use only
// one type of a list.
func nullable(schema any) any {
	switch schema := schema.(type) {
	case []any:
		for i := range schema {
			schema[i] = nullable(schema[i])
		}
	case map[string]any:
		for key := range schema {
			schema[key] = nullable(schema[key])
		}
		if list, ok := schema["type"].([]any); ok {
			var either []any
			for _, one := range list {
				single := maps.Clone(schema)
				single["type"] = one
				either = append(either, single)
			}
			return map[string]any{"anyOf": either}
		}
	}
	return schema
}
