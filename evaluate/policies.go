package evaluate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/transportcert/transportcert/internal/bounded"
	"github.com/transportcert/transportcert/internal/bundles"
)

// shippedRoot is the root of the decision's rules in a bundle's manifest.
const shippedRoot = "transportcert/inbound_anonymous"

// A program is the compiled policies, and a store with their data.
type program struct {
	compiler *ast.Compiler
	store    storage.Store
}

// compile compiles the policies that the options name.
func (o *options) compile(ctx context.Context) (*program, error) {
	loaded, err := o.load()
	if err != nil {
		return nil, err
	}
	allowed := bundles.Capabilities()
	compiler := ast.NewCompiler().WithCapabilities(allowed)
	store := inmem.NewWithOpts(inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	_, err = bounded.Within(ctx, bundles.CompileDeadline, func(ctx context.Context) (any, error) {
		return nil, storage.Txn(ctx, store, storage.WriteParams, func(txn storage.Transaction) error {
			err := bundle.Activate(&bundle.ActivateOpts{
				Ctx:           ctx,
				Store:         store,
				Txn:           txn,
				Compiler:      compiler.WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn)),
				Metrics:       metrics.New(),
				Bundles:       loaded,
				ParserOptions: ast.ParserOptions{RegoVersion: ast.RegoV1, Capabilities: allowed},
			})
			if err != nil {
				return err
			}
			return setValidated(ctx, store, txn)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("compiling the policies: %w", bundles.Explain(err))
	}
	return &program{compiler, store}, nil
}

// setValidated tells the policies that nobody asks them about a document that is
// not valid, so that they need not search it for errors.
func setValidated(ctx context.Context, store storage.Store, txn storage.Transaction) error {
	path := storage.MustParsePath("/transportcert/validated")
	if err := storage.MakeDir(ctx, store, txn, path[:1]); err != nil {
		return err
	}
	return store.Write(ctx, txn, storage.AddOp, path, true)
}

// prepare compiles a query over the policies.
func (p *program) prepare(ctx context.Context, query string) (rego.PreparedEvalQuery, error) {
	prepared, err := rego.New(rego.Query(query), rego.Compiler(p.compiler), rego.Store(p.store)).PrepareForEval(ctx)
	if err != nil {
		err = fmt.Errorf("compiling the query %s: %w", query, err)
	}
	return prepared, err
}

// load reads the policies that the options name, by where they come from.
func (o *options) load() (map[string]*bundle.Bundle, error) {
	all := map[string]*bundle.Bundle{}
	embedded := true
	for _, path := range o.bundles {
		loaded, err := bundles.Read(path, o.verificationKey)
		if err != nil {
			return nil, err
		}
		if loaded.Manifest.Roots != nil && slices.ContainsFunc(*loaded.Manifest.Roots, holdsShipped) {
			embedded = false
		}
		all["--bundle "+path] = loaded // a name that no other source has
	}
	if embedded {
		shipped, err := o.shipped()
		if err != nil {
			return nil, err
		}
		all["embedded"] = shipped
	}
	if len(o.policies) > 0 {
		custom, err := bundles.Custom(o.policies)
		if err != nil {
			return nil, err
		}
		all["--policy"] = custom
	}
	if o.waivers != "" {
		waivers, err := readWaivers(o.waivers)
		if err != nil {
			return nil, err
		}
		all["--waivers"] = waivers
	}
	return all, nil
}

// shipped returns the embedded policies: those that the decision needs where
// nobody asks for findings, and no policies of others could refer to the rest.
func (o *options) shipped() (*bundle.Bundle, error) {
	if o.findings || !o.trusted {
		return bundles.Shipped()
	}
	return bundles.ShippedDecision()
}

// holdsShipped reports whether a root of a bundle has room for the shipped
// rules, so that the bundle stands in place of the embedded policies.
func holdsShipped(root string) bool {
	return root == "" || root == shippedRoot || strings.HasPrefix(shippedRoot, strings.Trim(root, "/")+"/")
}
