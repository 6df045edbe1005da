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
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/bundles"
)

const entrypoint = "data.transportcert.inbound_anonymous.decision"

// defaultDeadline is how long one evaluation may take, and maxDecision how
// many bytes a decision may have as JSON: policies come from elsewhere.
const (
	defaultDeadline = 30 * time.Second
	maxDecision     = 64 << 20
)

// Evaluator holds the compiled policies. It is safe for concurrent use.
type Evaluator struct {
	decide   rego.PreparedEvalQuery
	clock    func() time.Time
	deadline time.Duration
}

// Option changes how New makes an Evaluator.
type Option func(*options)

type options struct {
	clock           func() time.Time
	deadline        time.Duration
	bundles         []string
	verificationKey string
	policies        []string
}

// WithClock sets the clock that says what now is for a document that does not
// say it itself; time.Now is the default.
func WithClock(clock func() time.Time) Option {
	return func(o *options) { o.clock = clock }
}

// WithDeadline bounds the time of one evaluation; 30 seconds is the default.
func WithDeadline(deadline time.Duration) Option {
	return func(o *options) { o.deadline = deadline }
}

// WithBundle adds an OPA bundle, a file or a folder. One that holds
// transportcert/inbound_anonymous stands in place of the embedded policies;
// any other, such as one of an organisation's own rules, beside them.
func WithBundle(path string) Option {
	return func(o *options) { o.bundles = append(o.bundles, path) }
}

// WithVerificationKey refuses every bundle that is not signed with the key
// whose public part, RSA or ECDSA, is in the PEM file at path.
func WithVerificationKey(path string) Option {
	return func(o *options) { o.verificationKey = path }
}

// WithPolicies adds Rego and data from files and folders. Packages other than
// transportcert.custom and those below it are refused: they would not extend
// the shipped rules but change them.
func WithPolicies(paths ...string) Option {
	return func(o *options) { o.policies = append(o.policies, paths...) }
}

// New compiles the policies: the embedded ones, where no option says
// otherwise. None of them gets the network or the environment.
func New(ctx context.Context, opts ...Option) (*Evaluator, error) {
	o := options{clock: time.Now, deadline: defaultDeadline}
	for _, option := range opts {
		option(&o)
	}
	parts, err := o.load()
	if err != nil {
		return nil, err
	}
	parts = append(parts, rego.Query(entrypoint), rego.Capabilities(bundles.Capabilities()))
	decide, err := rego.New(parts...).PrepareForEval(ctx)
	if err != nil {
		return nil, fmt.Errorf("compiling the policies: %w", err)
	}
	return &Evaluator{decide: decide, clock: o.clock, deadline: o.deadline}, nil
}

// Evaluate decides for one document. Where the document does not say what now
// is, the evaluator's clock does. A document that the policies cannot read is
// an error that names each place; there is no decision then.
func (e *Evaluator) Evaluate(ctx context.Context, document *gather.Document) (*Decision, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeoutCause(ctx, e.deadline, fmt.Errorf("not done within %s", e.deadline))
	defer cancel()
	results, err := e.decide.Eval(bounded, rego.EvalInput(document), rego.EvalTime(e.clock()))
	if err != nil {
		if cause := context.Cause(bounded); cause != nil {
			err = cause
		}
		return nil, fmt.Errorf("evaluating the document of %s: %w", document.Server, err)
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, fmt.Errorf("evaluating the document of %s: %s is undefined", document.Server, entrypoint)
	}
	text, err := json.Marshal(results[0].Expressions[0].Value)
	if err != nil {
		return nil, fmt.Errorf("reading the decision for %s: %w", document.Server, err)
	}
	if len(text) > maxDecision {
		return nil, fmt.Errorf("reading the decision for %s: expected at most %d bytes, found %d", document.Server, maxDecision, len(text))
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
