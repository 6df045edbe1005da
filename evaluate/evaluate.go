// Package evaluate uses the policies to decide which certificates an Exchange
// server uses for X-ANONYMOUSTLS, for STARTTLS, and for sending mail to other
// servers.
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
// [Evaluator.Check] also returns the findings of the compliance rules, and
// [Evaluator.Forecast] when the decision changes as time passes.
//
// The package knows the two documents, gather.Document and [Decision]. It knows
// neither where the facts come from nor how the rules reach their conclusions.
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

// DefaultDeadline limits the time of one evaluation unless WithDeadline is
// used.
const DefaultDeadline = 30 * time.Second

// maxDecision limits the size of a decision as JSON, in bytes, because policies
// can come from elsewhere.
const maxDecision = 64 << 20

// Evaluator holds the compiled policies. It is safe for concurrent use.
type Evaluator struct {
	clock    func() time.Time
	deadline time.Duration
	trusted  bool                      // whether only the shipped policies are used
	loaded   map[string]*bundle.Bundle // policies and data from the options

	criteria  map[string]string // titles of an organization's own criteria, by reason
	waiversIn string            // the bundle or policy folder whose data contains waivers; empty: none

	undefined *rego.PreparedEvalQuery // finds undefined hooks; nil: no hook can be undefined

	mutex      sync.Mutex
	all        *program                          // nil: not compiled yet
	queries    map[string]rego.PreparedEvalQuery // those prepared so far, by text
	compliance *compliance                       // nil: not compiled yet

	forecastWith string // the with clause from an option for the forecast
}

// Option configures the Evaluator that New returns.
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

// WithClock sets the clock for documents that have no now; the default is
// time.Now.
func WithClock(clock func() time.Time) Option {
	return func(o *options) { o.clock = clock }
}

// WithDeadline limits the time of one evaluation; the default is 30 seconds.
func WithDeadline(deadline time.Duration) Option {
	return func(o *options) { o.deadline = deadline }
}

// WithBundle adds an OPA bundle from a file or a folder. A bundle that contains
// the decision's rules replaces the embedded policies; any other bundle, such
// as one of an organization's own rules, is added to them.
func WithBundle(path string) Option {
	return func(o *options) { o.bundles = append(o.bundles, path) }
}

// WithBundleData is like WithBundle for a bundle in memory, as received from a
// registry. Errors refer to it by the name.
func WithBundleData(name string, data []byte) Option {
	return func(o *options) {
		o.bundles = append(o.bundles, name)
		o.pulled[name] = data
	}
}

// WithVerificationKey rejects every bundle that is not signed with the private
// key of the RSA or ECDSA public key in the PEM file at path.
func WithVerificationKey(path string) Option {
	return func(o *options) { o.verificationKey = path }
}

// WithPolicies adds Rego and data from files and folders. Only the package
// transportcert.custom and packages below it are accepted: others would change
// the shipped rules instead of extending them.
func WithPolicies(paths ...string) Option {
	return func(o *options) { o.policies = append(o.policies, paths...) }
}

// WithWaivers suppresses findings according to the file at path, which is JSON
// or YAML: an array of waivers, or an object with such an array in waivers. A
// waiver has rule_id, reason, expires, and server or thumbprint or both. New
// fails if the file contains anything else, with an error that names each
// place. The waivers of several files are combined. An empty path means no
// waivers.
func WithWaivers(path string) Option { return WithWaiversFrom(nil, path) }

// WithWaiversFrom is like WithWaivers for a path in a file system; nil means
// the system's files.
func WithWaiversFrom(system fs.FS, path string) Option {
	return func(o *options) {
		if path != "" {
			o.waivers = append(o.waivers, waiverSource{system, path})
		}
	}
}

// New reads everything that the options name, and compiles its policies. Unless
// an option replaces them, the embedded policies are compiled by the first call
// that needs them, and only the part that it needs. No policy has access to the
// network or the environment.
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
		forecastWith: o.forecastWith, queries: map[string]rego.PreparedEvalQuery{},
	}
	if e.trusted { // they are known to compile, and each command needs a different part
		return e, nil
	}
	if e.all, err = e.compile(ctx, bundles.Shipped); err != nil {
		return nil, err
	}
	if e.undefined, err = e.all.prepareUndefined(ctx); err != nil {
		return nil, err
	}
	_, err = e.query(ctx, Server.Rule())
	return e, err
}

// Evaluate decides for one document. If the document has no now, the
// evaluator's clock applies. For an invalid document, there is no decision but
// an error that names each place.
func (e *Evaluator) Evaluate(ctx context.Context, document *gather.Document) (*Decision, error) {
	decision, err := e.evaluate(ctx, document)
	if err != nil {
		return nil, fmt.Errorf("evaluating the document of %s: %w", printable.Line(document.Server), err)
	}
	return decision, nil
}

func (e *Evaluator) evaluate(ctx context.Context, document *gather.Document) (*Decision, error) {
	query, err := e.query(ctx, Server.Rule())
	if err != nil {
		return nil, err
	}
	decision := &Decision{document: document, criteria: e.criteria}
	if err := e.askAbout(ctx, query, document, decision); err != nil {
		return nil, err
	}
	return decision, decision.inputError()
}

// askAbout is like ask for a document, which must be valid, and its hooks
// readable.
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

// ask sets the variable that into points to to the answer of a query. The
// answer of other people's policies about a document must be consistent with
// it.
func (e *Evaluator) ask(ctx context.Context, query rego.PreparedEvalQuery, input ast.Value, into any, document *gather.Document) error {
	result, err := e.eval(ctx, query, input)
	if err != nil {
		return err
	}
	if result.value == nil {
		return errors.New("undefined: expected policies with the packages transportcert.server, transportcert.forecast and transportcert.compliance")
	}
	if document != nil && !e.trusted {
		if err := consistent(result.text, into, document); err != nil {
			return err
		}
	}
	if err := read(result.value, reflect.ValueOf(into).Elem()); err != nil {
		return fmt.Errorf("reading the policies' answer: %w", err)
	}
	return nil
}

// eval evaluates a query within the limits of time and size.
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
	return do(ctx, func(ctx context.Context) (result answer, err error) {
		results, err := query.Eval(ctx, append(evalOptions(), rego.EvalParsedInput(input), rego.EvalTime(e.clock()), rego.EvalGenerateJSON(keepValue))...)
		if err != nil || len(results) == 0 {
			return result, err
		}
		result.value = results[0].Expressions[0].Value.(ast.Value)
		if !e.trusted {
			result.text, err = textOf(result.value)
		}
		return result, err
	})
}

// inputError returns why the policies could not decide for a valid document: an
// organization's own rules that they cannot read.
func (d *Decision) inputError() error { return inputError(d.InputErrors) }

func inputError(all []string) error {
	if len(all) == 0 {
		return nil
	}
	return errors.New(strings.Join(all, "; "))
}
