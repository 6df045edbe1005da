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

// Finding is a problem or a notable fact about a server.
type Finding struct {
	RuleID      string       `json:"rule_id"`
	Title       string       `json:"title"`
	Severity    string       `json:"severity"` // error, warning or info
	Server      string       `json:"server"`
	Message     string       `json:"message"`
	Action      *string      `json:"action"`      // the id of its remedy; nil: none
	Remediation string       `json:"remediation"` // prose, or commands, one per line
	References  []string     `json:"references"`
	Path        string       `json:"path"`       // certificates[2].services; empty: the document as a whole
	Thumbprint  *string      `json:"thumbprint"` // of the certificate in question; nil: none
	Connector   *string      `json:"connector"`  // the connector in question; nil: none
	Suppressed  *Suppression `json:"suppressed"` // nil: not suppressed

	// BaselineState is new or unchanged if the finding was compared with those
	// of an earlier check; Check leaves it empty.
	BaselineState string `json:"-"`
}

// Paths returns the path of each finding.
func Paths(findings []Finding) []string {
	paths := make([]string, len(findings))
	for i, finding := range findings {
		paths[i] = finding.Path
	}
	return paths
}

// Suppression is the waiver that suppresses a finding.
type Suppression struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires"` // the last day, YYYY-MM-DD, or a time, YYYY-MM-DDThh:mm:ssZ

	// In is the bundle or policy folder whose data contains the waiver. It is
	// empty for a waiver from a file of WithWaivers.
	In string `json:"in,omitempty"`
}

// Checked is the result of Check for one document.
type Checked struct {
	Decision *Decision `json:"decision"`
	Findings []Finding `json:"findings"` // by rule and place
	Plan     Plan      `json:"plan"`
}

// compliance is the compiled compliance rules and what describes them.
type compliance struct {
	checked    rego.PreparedEvalQuery
	rules      []Rule
	thresholds map[string]float64
}

// Check decides for one document as Evaluate does. It also returns the findings
// of the compliance rules, including those that a waiver suppresses, and the
// plan. It returns the errors of Evaluate. The first call compiles the
// compliance rules.
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

// Rules returns the compliance rules by id: the shipped ones, and an
// organization's own rules with custom.id in their METADATA. It fails if the
// policies contain no compliance rules, or rules without METADATA, because
// nothing would ever be found.
func (e *Evaluator) Rules(ctx context.Context) ([]Rule, error) {
	c, err := e.findings(ctx)
	if err != nil {
		return nil, err
	}
	return c.rules, nil
}

// Thresholds returns the numbers that the rules use, by name: the shipped ones
// or an organization's own. It fails as Rules does.
func (e *Evaluator) Thresholds(ctx context.Context) (map[string]float64, error) {
	c, err := e.findings(ctx)
	if err != nil {
		return nil, err
	}
	return maps.Clone(c.thresholds), nil
}

// findings compiles the compliance rules on first use: this takes several times
// as long as compiling the decision.
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
