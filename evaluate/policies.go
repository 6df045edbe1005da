package evaluate

import (
	"context"
	"fmt"
	"maps"
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

// A program is the compiled policies and a store with their data.
type program struct {
	compiler *ast.Compiler
	store    storage.Store
}

// whole returns all policies, including the compliance rules and the forecast.
// The caller holds the mutex.
func (e *Evaluator) whole(ctx context.Context) (_ *program, err error) {
	if e.all == nil {
		e.all, err = e.compile(ctx, bundles.Shipped)
	}
	return e.all, err
}

// query prepares a query on first use and keeps it. The decision needs only some
// of the shipped policies, so these are compiled alone if nothing else has been
// asked for.
func (e *Evaluator) query(ctx context.Context, text string) (query rego.PreparedEvalQuery, err error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if known, ok := e.queries[text]; ok {
		return known, nil
	}
	var policies *program
	if e.all == nil && text == Server.Rule() {
		policies, err = e.compile(ctx, bundles.ShippedDecision)
	} else {
		policies, err = e.whole(ctx)
	}
	if err == nil {
		query, err = policies.prepare(ctx, text)
	}
	if err == nil {
		e.queries[text] = query
	}
	return query, err
}

// compile compiles the policies from the options, together with the embedded
// policies that shipped returns, unless a bundle replaces those.
func (e *Evaluator) compile(ctx context.Context, shipped func() (*bundle.Bundle, error)) (*program, error) {
	all := maps.Clone(e.loaded)
	if !holdsDecision(all) {
		embedded, err := shipped()
		if err != nil {
			return nil, err
		}
		all["embedded policies"] = embedded
	}
	allowed := bundles.Capabilities()
	compiler := ast.NewCompiler().WithCapabilities(allowed)
	if e.trusted {
		compiler.WithSkipStages(checks...)
	}
	store := inmem.NewWithOpts(inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	_, err := bounded.Within(ctx, bundles.CompileDeadline, func(ctx context.Context) (any, error) {
		return nil, storage.Txn(ctx, store, storage.WriteParams, func(txn storage.Transaction) error {
			err := bundle.Activate(&bundle.ActivateOpts{
				Ctx:           ctx,
				Store:         store,
				Txn:           txn,
				Compiler:      compiler.WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn)),
				Metrics:       metrics.New(),
				Bundles:       all,
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

// checks are the stages of OPA's compiler that change nothing and only look for
// mistakes. The shipped policies are checked by their tests, so a process need
// not check them again.
var checks = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckRecursion,
	ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
}

// setValidated tells the policies that every document is valid, so that they
// need not search it for errors.
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

// read reads a bundle from memory or from its path.
func (o *options) read(path string) (*bundle.Bundle, error) {
	if data, ok := o.pulled[path]; ok {
		return bundles.ReadData(path, data, o.verificationKey)
	}
	return bundles.Read(path, o.verificationKey)
}

// load reads the policies and data from the options, by source.
func (o *options) load() (map[string]*bundle.Bundle, error) {
	all := map[string]*bundle.Bundle{}
	for _, path := range o.bundles {
		loaded, err := o.read(path)
		if err != nil {
			return nil, err
		}
		all["bundle "+path] = loaded // a name that no other source can have
	}
	if len(o.policies) > 0 {
		custom, err := bundles.Custom(o.policies)
		if err != nil {
			return nil, err
		}
		all["policies"] = custom
	}
	if len(o.waivers) > 0 {
		waivers, err := readWaivers(o.waivers)
		if err != nil {
			return nil, err
		}
		all["waivers"] = waivers
	}
	return all, nil
}

// holdsDecision reports whether a bundle's roots include the decision's rules,
// so that it replaces the embedded policies.
func holdsDecision(all map[string]*bundle.Bundle) bool {
	for _, loaded := range all {
		if loaded.Manifest.Roots == nil {
			continue
		}
		for _, root := range *loaded.Manifest.Roots {
			if root = strings.Trim(root, "/"); root == "" || strings.HasPrefix(Server.Root()+"/", root+"/") {
				return true
			}
		}
	}
	return false
}
