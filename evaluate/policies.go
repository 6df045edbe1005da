package evaluate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/transportcert/transportcert/internal/bundles"
)

// shippedRoot is the root of the decision's rules in a bundle's manifest.
const shippedRoot = "transportcert/inbound_anonymous"

// compile compiles the policies that the options name and puts their data into
// a store.
func (o *options) compile(ctx context.Context) (*ast.Compiler, storage.Store, error) {
	loaded, err := o.load()
	if err != nil {
		return nil, nil, err
	}
	allowed := bundles.Capabilities()
	compiler := ast.NewCompiler().WithCapabilities(allowed)
	store := inmem.NewWithOpts(inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	err = storage.Txn(ctx, store, storage.WriteParams, func(txn storage.Transaction) error {
		return bundle.Activate(&bundle.ActivateOpts{
			Ctx:           ctx,
			Store:         store,
			Txn:           txn,
			Compiler:      compiler.WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn)),
			Metrics:       metrics.New(),
			Bundles:       loaded,
			ParserOptions: ast.ParserOptions{RegoVersion: ast.RegoV1, Capabilities: allowed},
		})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("compiling the policies: %w", err)
	}
	return compiler, store, nil
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
		all[path] = loaded
	}
	if embedded {
		shipped, err := bundles.Shipped()
		if err != nil {
			return nil, err
		}
		all["transportcert"] = shipped
	}
	if len(o.policies) > 0 {
		custom, err := bundles.Custom(o.policies)
		if err != nil {
			return nil, err
		}
		all["custom"] = custom
	}
	return all, nil
}

// holdsShipped reports whether a root of a bundle has room for the shipped
// rules, so that the bundle stands in place of the embedded policies.
func holdsShipped(root string) bool {
	return root == "" || root == shippedRoot || strings.HasPrefix(shippedRoot, strings.Trim(root, "/")+"/")
}
