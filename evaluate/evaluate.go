// Package evaluate decides, with the policies, which certificates an Exchange
// server uses: on X-ANONYMOUSTLS, on STARTTLS, and where it sends mail to others.
//
// An [Evaluator] compiles the policies once and evaluates any number of
// documents, also concurrently:
//
//	evaluator, err := evaluate.New(ctx)
//	…
//	decision, err := evaluator.Evaluate(ctx, document)
//	…
//	certificate, err := decision.Certificate(evaluate.InboundAnonymous, "")
//
// [Evaluator.Check] returns, besides, what the compliance rules find, and
// [Evaluator.Forecast] when the decision changes as time passes.
//
// It knows the two documents, gather.Document and [Decision], and neither
// where the facts come from nor how the rules come to their conclusions.
package evaluate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/bounded"
	"github.com/transportcert/transportcert/internal/bundles"
	"github.com/transportcert/transportcert/internal/printable"
)

// DefaultDeadline is how long one evaluation may take where WithDeadline does
// not say.
const DefaultDeadline = 30 * time.Second

// maxDecision is how many bytes a decision may have as JSON: policies come from
// elsewhere.
const maxDecision = 64 << 20

// Evaluator holds the compiled policies. It is safe for concurrent use.
type Evaluator struct {
	clock    func() time.Time
	deadline time.Duration
	trusted  bool                      // whether the policies are the shipped ones and no others
	loaded   map[string]*bundle.Bundle // what the options name

	criteria  map[string]string // titles of an organization's own criteria, by reason
	waiversIn string            // the bundle or the folder of policies whose data are waivers; empty: none

	undefined *rego.PreparedEvalQuery // asks for the hooks that are; nil: none can be

	mutex      sync.Mutex
	decision   *rego.PreparedEvalQuery // nil: not compiled yet
	all        *program                // nil: not compiled yet
	compliance *compliance             // nil: not compiled yet
	timeline   *rego.PreparedEvalQuery // nil: not compiled yet
	whatIf     *rego.PreparedEvalQuery // nil: not compiled yet

	forecastWith string // what an option sets for the forecast
}

// Option changes how New makes an Evaluator.
type Option func(*options)

type options struct {
	clock           func() time.Time
	deadline        time.Duration
	bundles         []string
	pulled          map[string][]byte // of bundles, those in memory
	verificationKey string
	policies        []string
	waivers         []waiverSource
	forecastWith    string
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

// WithBundle adds an OPA bundle, a file or a folder. One that holds the
// decision's rules stands in place of the embedded policies; any other, such as
// one of an organisation's own rules, beside them.
func WithBundle(path string) Option {
	return func(o *options) { o.bundles = append(o.bundles, path) }
}

// WithBundleData is WithBundle for one that is in memory, as a registry sent it.
// Errors call it by the name.
func WithBundleData(name string, data []byte) Option {
	return func(o *options) {
		o.bundles = append(o.bundles, name)
		o.pulled[name] = data
	}
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

// WithWaivers suppresses findings as the file at path says: JSON or YAML, an
// array of waivers, or an object with one in waivers. A waiver has rule_id,
// reason, expires, and server or thumbprint or both. A file that holds
// anything else is an error of New that names each place. The waivers of several
// files add up. An empty path stands for no waivers.
func WithWaivers(path string) Option { return WithWaiversFrom(nil, path) }

// WithWaiversFrom is WithWaivers for a path of a file system; nil stands for the
// system's own.
func WithWaiversFrom(system fs.FS, path string) Option {
	return func(o *options) {
		if path != "" {
			o.waivers = append(o.waivers, waiverSource{system, path})
		}
	}
}

// New reads everything that the options name, and compiles its policies. The
// embedded ones, where no option says otherwise, are compiled by the first call
// that needs them, as far as it does. No policy gets the network or the
// environment.
func New(ctx context.Context, opts ...Option) (*Evaluator, error) {
	o := options{clock: time.Now, deadline: DefaultDeadline, pulled: map[string][]byte{}}
	for _, option := range opts {
		option(&o)
	}
	loaded, err := bundles.Bounded(ctx, o.load)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{
		clock: o.clock, deadline: o.deadline, loaded: loaded,
		trusted: len(o.bundles) == 0 && len(o.policies) == 0, waiversIn: o.waiversIn(loaded), criteria: criteriaOf(loaded),
		forecastWith: o.forecastWith,
	}
	if e.trusted { // they compile, and each command needs others of them
		return e, nil
	}
	if e.all, err = e.compile(ctx, bundles.Shipped); err != nil {
		return nil, err
	}
	if e.undefined, err = e.all.prepareUndefined(ctx); err != nil {
		return nil, err
	}
	_, err = e.decisionQuery(ctx)
	return e, err
}

// decisionQuery compiles what the decision needs when it is needed first.
func (e *Evaluator) decisionQuery(ctx context.Context) (rego.PreparedEvalQuery, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.decision != nil {
		return *e.decision, nil
	}
	policies, err := e.all, error(nil)
	if policies == nil {
		policies, err = e.compile(ctx, bundles.ShippedDecision)
	}
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	query, err := policies.prepare(ctx, Server.Rule())
	if err == nil {
		e.decision = &query
	}
	return query, err
}

// Evaluate decides for one document. Where the document does not say what now
// is, the evaluator's clock does. A document that is not valid is an error that
// names each place; there is no decision then.
func (e *Evaluator) Evaluate(ctx context.Context, document *gather.Document) (*Decision, error) {
	decision, err := e.evaluate(ctx, document)
	if err != nil {
		return nil, fmt.Errorf("evaluating the document of %s: %w", printable.Line(document.Server), err)
	}
	return decision, nil
}

func (e *Evaluator) evaluate(ctx context.Context, document *gather.Document) (*Decision, error) {
	query, err := e.decisionQuery(ctx)
	if err != nil {
		return nil, err
	}
	decision := &Decision{document: document, criteria: e.criteria}
	if err := e.askAbout(ctx, query, document, decision); err != nil {
		return nil, err
	}
	return decision, decision.inputError()
}

// askAbout is ask for a document, which must be valid, with hooks that can be read.
func (e *Evaluator) askAbout(ctx context.Context, query rego.PreparedEvalQuery, document *gather.Document, into any) error {
	if err := document.Validate(); err != nil {
		return err
	}
	input := inputValue(document)
	if err := e.hookError(ctx, input); err != nil {
		return err
	}
	return e.ask(ctx, query, input, into, document)
}

// ask sets the variable that into points to to what a query says of the input. What
// policies of others say about a document must be consistent with it.
func (e *Evaluator) ask(ctx context.Context, query rego.PreparedEvalQuery, input ast.Value, into any, document *gather.Document) error {
	said, err := e.eval(ctx, query, input)
	if err != nil {
		return err
	}
	if said.value == nil {
		return errors.New("undefined: expected policies with the packages transportcert.server, transportcert.forecast and transportcert.compliance")
	}
	if document != nil && !e.trusted {
		if err := consistent(said.text, into, document); err != nil {
			return err
		}
	}
	if err := read(said.value, reflect.ValueOf(into).Elem()); err != nil {
		return fmt.Errorf("reading the policies' answer: %w", err)
	}
	return nil
}

// eval evaluates a query, bounded in time and size.
func (e *Evaluator) eval(ctx context.Context, query rego.PreparedEvalQuery, input ast.Value) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, e.deadline, fmt.Errorf("timed out after %s", e.deadline))
	defer cancel()
	do := bounded.Do[answer]
	if e.trusted {
		do = bounded.Trust
	}
	return do(ctx, func(ctx context.Context) (said answer, err error) {
		results, err := query.Eval(ctx, append(evalOptions(), rego.EvalParsedInput(input), rego.EvalTime(e.clock()), rego.EvalGenerateJSON(asItIs))...)
		if err != nil || len(results) == 0 {
			return said, err
		}
		said.value = results[0].Expressions[0].Value.(ast.Value)
		if !e.trusted {
			said.text, err = textOf(said.value)
		}
		return said, err
	})
}

// inputError is what keeps the policies from deciding for a valid document: an
// organisation's own rules that they cannot read.
func (d *Decision) inputError() error { return inputError(d.InputErrors) }

func inputError(all []string) error {
	if len(all) == 0 {
		return nil
	}
	return errors.New(strings.Join(all, "; "))
}
