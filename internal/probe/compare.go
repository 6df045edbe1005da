package probe

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// A Comparison holds what a server answered against the decision for the
// connector that listens there.
type Comparison struct {
	Server      string       `json:"server"`
	Connector   string       `json:"connector"`
	ChosenBy    string       `json:"chosen_by"`   // why it is this connector
	GatheredAt  string       `json:"gathered_at"` // of the document; empty: it does not say
	Same        *bool        `json:"same"`        // nil: nothing differs, and not everything is known
	Differences []Difference `json:"differences"`
}

// A Difference is something that is not as decided.
type Difference struct {
	Scenario evaluate.Scenario `json:"scenario"`
	Field    string            `json:"field"`    // as in the decision, or handshake
	Expected any               `json:"expected"` // what was decided: true, false, a thumbprint or completed
	Found    any               `json:"found"`
	Reasons  []Reason          `json:"reasons"` // the likely ones, the likeliest first
}

// A Reason is a likely cause of a difference.
type Reason struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// An Expectation is a server as a document describes it.
type Expectation struct {
	Document *gather.Document
	Decision *evaluate.Decision
}

// A verdict is what a decision says of one connector in one scenario.
type verdict struct {
	advertise  bool
	thumbprint *string
	stoppedAt  *string
}

// verdict returns what is decided for a connector, by its place in the document.
func (e Expectation) verdict(scenario evaluate.Scenario, connector int) (verdict, error) {
	if scenario == evaluate.InboundAnonymous {
		if all := e.Decision.InboundAnonymous.Connectors; connector < len(all) && all[connector].Name == e.Document.Connectors[connector].Name {
			return verdict{all[connector].Advertise, all[connector].Thumbprint, all[connector].StoppedAt}, nil
		}
	} else if all := e.Decision.InboundSTARTTLS.Connectors; connector < len(all) && all[connector].Name == e.Document.Connectors[connector].Name {
		return verdict{all[connector].Advertise, all[connector].Thumbprint, all[connector].StoppedAt}, nil
	}
	return verdict{}, fmt.Errorf("the decision of %s about %s has other connectors than the document", e.Document.Server, scenario)
}

// Compare holds a result against what is expected of a connector, and keeps
// the comparison in the result. An empty name stands for the connector that
// listens at the address that answered. It is an error where there is none, or
// where there are several.
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
		expected, err := e.verdict(scenario, chosen)
		if err != nil {
			return err
		}
		compared.Differences = append(compared.Differences, c.differences(scenario, expected)...)
	}
	if len(compared.Differences) > 0 || r.Answered() {
		compared.Same = new(len(compared.Differences) == 0)
	}
	r.Comparison = compared
	return nil
}

// comparing is a comparison under way.
type comparing struct {
	*Result
	Expectation
	connector int // its place in the document
}

func (c *comparing) differences(scenario evaluate.Scenario, expected verdict) []Difference {
	found := c.Of(scenario)
	d := Difference{Scenario: scenario, Field: "advertise_starttls", Expected: expected.advertise, Found: found.Offered}
	if scenario == evaluate.InboundAnonymous {
		d.Field = "advertise_x_anonymoustls"
	}
	switch {
	case expected.advertise && !found.Offered:
		d.Reasons = c.notOffered(scenario)
	case !expected.advertise && found.Offered:
		d.Reasons = c.offered(scenario, expected, found)
	case !found.Offered:
		return nil
	case found.State == Failed:
		d.Field, d.Expected, d.Found, d.Reasons = "handshake", Completed, Failed, c.failed(scenario)
	case found.Thumbprint != nil && (expected.thumbprint == nil || *expected.thumbprint != *found.Thumbprint):
		d.Field, d.Expected, d.Found = "certificate", expected.thumbprint, *found.Thumbprint
		d.Reasons = c.anotherCertificate(scenario, found.Chain[0])
	default:
		return nil
	}
	return []Difference{d}
}

// ErrConnector is what Compare returns where the address does not tell which
// connector took the session.
var ErrConnector = errors.New("it is not known which connector answered")

// choose returns the place of the connector that took the session, and why it is
// this one.
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
		return 0, "", fmt.Errorf("%w: of %s, these are bound to %s: %s", ErrConnector, document.Server, r.remote, connectorNames(document, listening))
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
