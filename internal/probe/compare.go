package probe

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// A Comparison compares the answers of a server with the decision for the
// connector that listens there.
type Comparison struct {
	Server      string       `json:"server"`
	Connector   string       `json:"connector"`
	ChosenBy    string       `json:"chosen_by"`   // why this connector was chosen
	GatheredAt  string       `json:"gathered_at"` // when the document was gathered; empty: unknown
	Same        *bool        `json:"same"`        // nil: no known difference, but not everything is known
	Differences []Difference `json:"differences"`
}

// A Difference is an answer that differs from the decision.
type Difference struct {
	Scenario evaluate.Scenario `json:"scenario"`
	Field    string            `json:"field"`    // a field of the decision, or handshake
	Expected any               `json:"expected"` // true, false, a thumbprint or completed
	Found    any               `json:"found"`
	Reasons  []Reason          `json:"reasons"` // the likely reasons, most likely first
}

// A Reason is a likely cause of a difference.
type Reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// An Expectation is a document and the evaluator's decision for it.
type Expectation struct {
	Document *gather.Document
	Decision *evaluate.Decision
}

// use returns the decision for a connector, given by its index, which is the
// same in the document and in its decision.
func (e Expectation) use(scenario evaluate.Scenario, connector int) evaluate.Use {
	return e.Decision.Uses(scenario)[connector]
}

// Compare compares a result with what is expected of a connector, and stores
// the comparison in the result. An empty name means the connector that listens
// at the address that answered; it is an error if there is none, or more than
// one.
func Compare(r *Result, e Expectation, connector string) error {
	if r.Error != "" {
		return nil
	}
	chosen, by, err := choose(r, e.Document, connector)
	if err != nil {
		return err
	}
	c := &comparing{Result: r, Expectation: e, connector: chosen}
	compared := &Comparison{
		Server: e.Document.Server, Connector: e.Document.Connectors[chosen].Name, ChosenBy: by,
		GatheredAt: e.Document.GatheredAt, Differences: []Difference{},
	}
	for _, scenario := range Scenarios {
		compared.Differences = append(compared.Differences, c.differences(scenario, e.use(scenario, chosen))...)
	}
	if len(compared.Differences) > 0 || r.Answered() {
		compared.Same = new(len(compared.Differences) == 0)
	}
	r.Comparison = compared
	return nil
}

// comparing is a comparison in progress.
type comparing struct {
	*Result
	Expectation
	connector int // its index in the document
}

func (c *comparing) differences(scenario evaluate.Scenario, expected evaluate.Use) []Difference {
	found := c.Of(scenario)
	d := Difference{Scenario: scenario, Field: "advertise_starttls", Expected: expected.Offered, Found: found.Offered}
	if scenario == evaluate.InboundAnonymous {
		d.Field = "advertise_x_anonymoustls"
	}
	switch {
	case expected.Offered && !found.Offered:
		d.Reasons = c.notOffered(scenario)
	case !expected.Offered && found.Offered:
		d.Reasons = c.offered(scenario, expected, found)
	case !found.Offered:
		return nil
	case found.State == Failed:
		d.Field, d.Expected, d.Found, d.Reasons = "handshake", Completed, Failed, c.failed(scenario)
	case found.Thumbprint != nil && (expected.Thumbprint == nil || *expected.Thumbprint != *found.Thumbprint):
		d.Field, d.Expected, d.Found = "certificate", expected.Thumbprint, *found.Thumbprint
		d.Reasons = c.anotherCertificate(scenario, found.Chain[0])
	default:
		return nil
	}
	return []Difference{d}
}

// ErrConnector means that the address does not determine which connector
// answered.
var ErrConnector = errors.New("could not determine which connector answered")

// choose returns the index of the connector that answered, and why it was
// chosen.
func choose(r *Result, document *gather.Document, name string) (int, string, error) {
	if name != "" {
		i := slices.IndexFunc(document.Connectors, func(c gather.Connector) bool { return strings.EqualFold(c.Name, name) })
		if i < 0 {
			return 0, "", fmt.Errorf("%s has no connector %q: expected one of %s", document.Server, name, connectorNames(document, nil))
		}
		return i, "its name", nil
	}
	listening, by := bound(r, document)
	if len(listening) == 0 {
		return 0, "", fmt.Errorf("%w: no enabled connector of %s is bound to port %d; its connectors are %s", ErrConnector, document.Server, r.remote.Port(), connectorNames(document, nil))
	}
	if len(listening) > 1 {
		if nearest := mostSpecific(r, document, listening); len(nearest) == 1 {
			listening, by = nearest, fmt.Sprintf("%s, and remote_ip_ranges for %s", by, r.local)
		}
	}
	if len(listening) > 1 {
		return 0, "", fmt.Errorf("%w: these connectors of %s are bound to %s: %s", ErrConnector, document.Server, r.remote, connectorNames(document, listening))
	}
	return listening[0], by, nil
}

func connectorNames(document *gather.Document, which []int) string {
	var names []string
	for i, connector := range document.Connectors {
		if which == nil || slices.Contains(which, i) {
			names = append(names, fmt.Sprintf("%q", connector.Name))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}
