package evaluate

import (
	"context"
	"fmt"
	"maps"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
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
	Action      *string      `json:"action"`      // the id of its remedy; nil: none
	Remediation string       `json:"remediation"` // words, or commands on a line each
	References  []string     `json:"references"`
	Path        string       `json:"path"`       // certificates[2].services; empty: the document as a whole
	Thumbprint  *string      `json:"thumbprint"` // of the certificate that it is about
	Connector   *string      `json:"connector"`  // that it is about
	Suppressed  *Suppression `json:"suppressed"` // nil: it counts

	// BaselineState is new or unchanged where the finding was compared with those
	// of an earlier check; Check leaves it empty.
	BaselineState string `json:"-"`
}

// Suppression is what a waiver says of a finding.
type Suppression struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // YYYY-MM-DD, the last day, or YYYY-MM-DDThh:mm:ssZ

	// In is the bundle, or the folder of policies, among whose data the waiver
	// is. Empty: it is in the file of WithWaivers.
	In string `json:"in,omitempty"`
}

// Checked is what Check returns for one document.
type Checked struct {
	Decision *Decision `json:"decision"`
	Findings []Finding `json:"findings"` // by rule and place
	Plan     Plan      `json:"plan"`
}

// compliance is what is needed to hold documents against the compliance rules.
type compliance struct {
	checked    rego.PreparedEvalQuery
	rules      []Rule
	thresholds map[string]float64
}

// Check decides for one document, as Evaluate does, and returns besides what the
// compliance rules find and what to do. Findings that a waiver suppresses are
// among what is found. What is an error for Evaluate is one here. The first Check
// compiles the compliance rules.
func (e *Evaluator) Check(ctx context.Context, document *gather.Document) (*Checked, error) {
	c, err := e.findings(ctx)
	if err != nil {
		return nil, err
	}
	checked := &Checked{Decision: &Decision{document: document, criteria: e.criteria}}
	err = e.askAbout(ctx, c.checked, document, checked)
	if err == nil {
		err = checked.Decision.inputError()
	}
	if err != nil {
		return nil, fmt.Errorf("checking the document of %s: %w", printable.Line(document.Server), err)
	}
	for _, finding := range checked.Findings {
		if finding.Suppressed != nil {
			finding.Suppressed.In = e.waiversIn
		}
	}
	return checked, nil
}

// Rules returns the compliance rules, by id: the shipped ones, and those of an
// organisation's own that have METADATA with custom.id. It is an error where
// the policies have no compliance rules, or rules that have lost their
// METADATA: nothing would ever be found.
func (e *Evaluator) Rules(ctx context.Context) ([]Rule, error) {
	c, err := e.findings(ctx)
	if err != nil {
		return nil, err
	}
	return c.rules, nil
}

// Thresholds returns the numbers that the rules go by, by name: the shipped
// ones, or an organisation's own. It fails as Rules does.
func (e *Evaluator) Thresholds(ctx context.Context) (map[string]float64, error) {
	c, err := e.findings(ctx)
	if err != nil {
		return nil, err
	}
	return maps.Clone(c.thresholds), nil
}

// findings compiles the compliance rules when they are needed first: it takes
// several times as long as compiling what decides.
func (e *Evaluator) findings(ctx context.Context) (*compliance, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.compliance != nil {
		return e.compliance, nil
	}
	policies, err := e.whole(ctx)
	if err != nil {
		return nil, err
	}
	c := &compliance{}
	if c.rules, err = policies.rules(); err != nil {
		return nil, err
	}
	if c.checked, err = policies.prepare(ctx, checkedRule); err != nil {
		return nil, err
	}
	config, err := policies.prepare(ctx, configRule)
	if err == nil {
		err = e.ask(ctx, config, ast.NewObject(), &c.thresholds, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the thresholds: %w", err)
	}
	e.compliance = c
	return c, nil
}
