package evaluate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/gather"
)

const (
	checkedRule = "data.transportcert.compliance.checked"
	configRule  = "data.transportcert.compliance.config"
)

// Finding is one thing about a server that is not as it should be.
type Finding struct {
	RuleID      string       `json:"rule_id"`
	Title       string       `json:"title"`
	Severity    string       `json:"severity"` // error, warning or info
	Server      string       `json:"server"`
	Message     string       `json:"message"`
	Remediation string       `json:"remediation"` // words, or commands on a line each
	References  []string     `json:"references"`
	Path        string       `json:"path"`       // certificates[2].services; empty: the document as a whole
	Thumbprint  *string      `json:"thumbprint"` // of the certificate that it is about
	Connector   *string      `json:"connector"`  // that it is about
	Suppressed  *Suppression `json:"suppressed"` // nil: it counts
}

// Suppression is what a waiver says of a finding.
type Suppression struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // YYYY-MM-DD, the last day, or YYYY-MM-DDThh:mm:ssZ
}

// A Checker holds the compiled policies as an Evaluator does, and with them
// the compliance rules. It is safe for concurrent use.
type Checker struct {
	runner
	checked    rego.PreparedEvalQuery
	rules      []Rule
	thresholds map[string]float64
}

// WithWaivers suppresses findings as the file at path says: JSON or YAML, an
// array of waivers, or an object with one in waivers. A waiver has rule_id,
// reason, expires, and server or thumbprint or both. A file that holds
// anything else is an error that names each place.
func WithWaivers(path string) Option {
	return func(o *options) { o.waivers = path }
}

// NewChecker compiles the policies and the compliance rules. It takes the
// options that New takes. Policies without compliance rules, or with rules
// that have lost their METADATA, are an error: nothing would ever be found.
func NewChecker(ctx context.Context, opts ...Option) (*Checker, error) {
	o := newOptions(opts)
	o.findings = true
	policies, err := o.compile(ctx)
	if err != nil {
		return nil, err
	}
	c := &Checker{runner: o.runner}
	if c.rules, err = policies.rules(); err != nil {
		return nil, err
	}
	if c.checked, err = policies.prepare(ctx, checkedRule); err != nil {
		return nil, err
	}
	config, err := policies.prepare(ctx, configRule)
	if err == nil {
		err = c.answer(ctx, config, ast.NewObject(), &c.thresholds)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the thresholds: %w", err)
	}
	return c, nil
}

// Check decides for one document, as Evaluate does, and returns what the
// compliance rules find, by rule and place. Findings that a waiver suppresses
// are among them. What is an error for Evaluate is one here.
func (c *Checker) Check(ctx context.Context, document *gather.Document) (*Decision, []Finding, error) {
	result := struct {
		Decision *Decision `json:"decision"`
		Findings []Finding `json:"findings"`
	}{Decision: &Decision{document: document}}
	err := document.Validate()
	if err == nil {
		err = c.answer(ctx, c.checked, inputValue(document), &result)
	}
	if err == nil {
		err = result.Decision.inputError()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("checking the document of %s: %w", document.Server, err)
	}
	return result.Decision, result.Findings, nil
}

// answer runs a query of which there is always an answer, and decodes it.
func (c *Checker) answer(ctx context.Context, query rego.PreparedEvalQuery, input ast.Value, answer any) error {
	ctx, cancel, err := c.bound(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	text, err := c.eval(ctx, query, input)
	if err != nil {
		return err
	}
	if text == nil {
		return errors.New("undefined: expected policies with package transportcert.compliance")
	}
	return json.Unmarshal(text, answer)
}

// Rules returns the compliance rules, by id: the shipped ones, and those of an
// organisation's own that have METADATA with custom.id.
func (c *Checker) Rules() []Rule { return c.rules }

// Thresholds returns the numbers that the rules go by, by name: the shipped
// ones, or an organisation's own.
func (c *Checker) Thresholds() map[string]float64 { return c.thresholds }
