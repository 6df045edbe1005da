// Package evaluate decides, with the policies, which certificate an Exchange
// server serves on X-ANONYMOUSTLS.
//
// An [Evaluator] compiles the policies once and evaluates any number of
// documents, also concurrently:
//
//	evaluator, err := evaluate.New(ctx)
//	…
//	decision, err := evaluator.Evaluate(ctx, document)
//	…
//	certificate, err := decision.Certificate()
//
// It knows the two documents, gather.Document and [Decision], and neither
// where the facts come from nor how the rules come to their conclusions.
package evaluate

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/policies"
)

const entrypoint = "data.transportcert.inbound_anonymous.decision"

// Evaluator holds the compiled policies. It is safe for concurrent use.
type Evaluator struct {
	query rego.PreparedEvalQuery
	clock func() time.Time
}

// Option changes how New makes an Evaluator.
type Option func(*Evaluator)

// WithClock sets the clock that says what now is for a document that does not
// say it itself; time.Now is the default.
func WithClock(clock func() time.Time) Option {
	return func(e *Evaluator) { e.clock = clock }
}

// New compiles the embedded policies.
func New(ctx context.Context, options ...Option) (*Evaluator, error) {
	e := &Evaluator{clock: time.Now}
	for _, option := range options {
		option(e)
	}
	shipped, err := shippedPolicies()
	if err != nil {
		return nil, fmt.Errorf("reading the embedded policies: %w", err)
	}
	e.query, err = rego.New(
		rego.Query(entrypoint),
		rego.ParsedBundle("transportcert", shipped),
	).PrepareForEval(ctx)
	if err != nil {
		return nil, fmt.Errorf("compiling the policies: %w", err)
	}
	return e, nil
}

// shippedPolicies returns the embedded policies without their tests.
func shippedPolicies() (*bundle.Bundle, error) {
	loader, err := bundle.NewFSLoader(policies.FS)
	if err != nil {
		return nil, err
	}
	loader = loader.WithFilter(func(path string, _ fs.FileInfo, _ int) bool {
		return strings.HasSuffix(path, "_test.rego")
	})
	shipped, err := bundle.NewCustomReader(loader).Read()
	return &shipped, err
}

// Evaluate decides for one document. Where the document does not say what now
// is, the evaluator's clock does. A document that the policies cannot read is
// an error that names each place; there is no decision then.
func (e *Evaluator) Evaluate(ctx context.Context, document *gather.Document) (*Decision, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	results, err := e.query.Eval(ctx, rego.EvalInput(document), rego.EvalTime(e.clock()))
	if err != nil {
		return nil, fmt.Errorf("evaluating the document of %s: %w", document.Server, err)
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, fmt.Errorf("evaluating the document of %s: %s is undefined", document.Server, entrypoint)
	}
	text, err := json.Marshal(results[0].Expressions[0].Value)
	if err != nil {
		return nil, fmt.Errorf("reading the decision for %s: %w", document.Server, err)
	}
	decision := &Decision{document: document}
	if err := json.Unmarshal(text, decision); err != nil {
		return nil, fmt.Errorf("reading the decision for %s: %w", document.Server, err)
	}
	if len(decision.InputErrors) > 0 {
		return nil, fmt.Errorf("the document of %s: %s", document.Server, strings.Join(decision.InputErrors, "; "))
	}
	return decision, nil
}
