package evaluate

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// Decision says which certificates a server serves in each scenario, and which
// events it logs. docs/specification.md describes each field.
type Decision struct {
	Server            string                    `json:"server"`
	EvaluatedAt       string                    `json:"evaluated_at"` // YYYY-MM-DDThh:mm:ssZ
	Procedure         string                    `json:"procedure"`    // 2007, 2010 or 2016
	Phase             string                    `json:"phase"`        // session or startup
	ExchangeVersion   *string                   `json:"exchange_version"`
	MailAtRisk        bool                      `json:"mail_at_risk"`
	InboundAnonymous  InboundAnonymousDecision  `json:"inbound_anonymous"`
	InboundSTARTTLS   InboundSTARTTLSDecision   `json:"inbound_starttls"`
	OutboundAnonymous OutboundAnonymousDecision `json:"outbound_anonymous"`
	Events            []Event                   `json:"events"` // of all scenarios, without duplicates
	InputErrors       []string                  `json:"input_errors"`

	document *gather.Document
	criteria map[string]string
}

// InboundAnonymousDecision says which certificate the server serves on
// X-ANONYMOUSTLS, and whether each connector offers it.
type InboundAnonymousDecision struct {
	Server      string               `json:"server"`
	Phase       string               `json:"phase"`
	EvaluatedAt string               `json:"evaluated_at"`
	Procedure   string               `json:"procedure"`
	Connectors  []AnonymousConnector `json:"connectors"`
	Thumbprint  *string              `json:"certificate"` // of the internal transport certificate; nil: none is loaded
	Expired     *bool                `json:"expired"`
	Domains     []string             `json:"domains"`
	Eligible    []string             `json:"eligible"`   // thumbprints in the order of step 8
	Ineligible  map[string][]string  `json:"ineligible"` // reasons by thumbprint
	Best        *string              `json:"best"`
	BestKind    *string              `json:"best_kind"` // pki or self_signed
	MatchesBest *bool                `json:"matches_best"`
	Events      []Event              `json:"events"`
	InputErrors []string             `json:"input_errors"`

	// Whether an organization's own rules affect the decision, so that it may
	// differ from what Exchange does, and the reasons that they give.
	Customized   bool     `json:"customized,omitempty"`
	CustomizedBy []string `json:"customized_by,omitempty"`
}

// AnonymousConnector is the decision about X-ANONYMOUSTLS for one Receive
// connector.
type AnonymousConnector struct {
	Name       string  `json:"name"`
	Advertise  bool    `json:"advertise_x_anonymoustls"`
	Thumbprint *string `json:"certificate"` // of the certificate that it serves; nil: none
	StoppedAt  *string `json:"stopped_at"`  // nil: the process was completed
}

// InboundSTARTTLSDecision says for each connector whether it offers STARTTLS,
// and with which certificate.
type InboundSTARTTLSDecision struct {
	Server      string              `json:"server"`
	EvaluatedAt string              `json:"evaluated_at"`
	Procedure   string              `json:"procedure"`
	Connectors  []STARTTLSConnector `json:"connectors"`
	Events      []Event             `json:"events"`
	InputErrors []string            `json:"input_errors"`
}

// STARTTLSConnector is the decision about STARTTLS for one Receive connector.
type STARTTLSConnector struct {
	Name        string              `json:"name"`
	Advertise   bool                `json:"advertise_starttls"`
	Thumbprint  *string             `json:"certificate"`      // of the certificate that it serves; nil: none
	Kind        *string             `json:"certificate_kind"` // pki, self_signed or expired_pki
	Expired     *bool               `json:"expired"`
	StoppedAt   *string             `json:"stopped_at"`   // nil: the process was completed
	SearchedFor *SearchedFor        `json:"searched_for"` // nil: it stopped before step 3
	Eligible    []string            `json:"eligible"`     // of the matching certificates, in the order of step 6
	Ineligible  map[string][]string `json:"ineligible"`   // of the matching certificates: reasons by thumbprint
}

// SearchedFor is what a certificate for STARTTLS must match.
type SearchedFor struct {
	By    string `json:"by"` // tls_certificate_name, fqdn or physical_fqdn
	Value string `json:"value"`
}

// OutboundAnonymousDecision says which certificate the server uses when it sends
// mail to other Exchange servers of its organization.
type OutboundAnonymousDecision struct {
	Server       string   `json:"server"`
	EvaluatedAt  string   `json:"evaluated_at"`
	Procedure    string   `json:"procedure"`
	Phase        string   `json:"phase"`
	Role         *string  `json:"role"` // mailbox, edge or other; nil: roles were not gathered
	Routes       []Route  `json:"routes"`
	Thumbprint   *string  `json:"certificate"` // nil: none is loaded
	Expired      *bool    `json:"expired"`
	MissingFacts []string `json:"missing_facts"` // sections without which routes are unknown
	Events       []Event  `json:"events"`
	InputErrors  []string `json:"input_errors"`
}

// Route is one way in which mail leaves the server.
type Route struct {
	Connector        *string `json:"connector"` // a Send connector; nil: the implicit route inside the organization
	UsesAnonymousTLS bool    `json:"uses_anonymous_tls"`
	Thumbprint       *string `json:"certificate"` // nil: none
	StoppedAt        *string `json:"stopped_at"`  // nil: the process was completed
}

// Event is an entry that the server writes to its Application log.
type Event struct {
	ID           int     `json:"id"`
	Source       string  `json:"source"`
	Connector    *string `json:"connector"` // the connector in question; nil: the server
	Step         int     `json:"step"`
	Severity     string  `json:"severity"` // error or warning
	SymbolicName *string `json:"symbolic_name"`
	Message      string  `json:"message"`
	Action       *string `json:"action"` // the id of its remedy; nil: none
	Remediation  string  `json:"remediation"`
}

// Thumbprint returns the thumbprint of the certificate that the server uses in
// a scenario, or nil if it loads none. The connector is a Receive connector in
// the inbound scenarios and a Send connector in the outbound one. An empty name
// means the server as a whole, which is an error if its connectors have
// different certificates. An unknown connector is an error.
func (d *Decision) Thumbprint(scenario Scenario, connector string) (*string, error) {
	var named []Use
	for _, u := range d.Uses(scenario) {
		if u.Connector == nil {
			continue
		}
		if connector != "" && *u.Connector == connector {
			return u.Thumbprint, nil
		}
		named = append(named, u)
	}
	if connector != "" {
		return nil, fmt.Errorf("%s: %s has no connector %q: expected one of %s", d.Server, scenario, connector, names(named))
	}
	switch scenario {
	case InboundAnonymous:
		return d.InboundAnonymous.Thumbprint, nil
	case OutboundAnonymous:
		return d.OutboundAnonymous.Thumbprint, nil
	}
	var found *string
	for _, u := range named {
		if found != nil && u.Thumbprint != nil && *found != *u.Thumbprint {
			return nil, fmt.Errorf("%s: %s has a certificate for each connector: expected one of %s", d.Server, scenario, names(named))
		}
		found = cmp.Or(found, u.Thumbprint)
	}
	return found, nil
}

func names(named []Use) string {
	if len(named) == 0 {
		return "no connectors"
	}
	quoted := make([]string, len(named))
	for i, u := range named {
		quoted[i] = strconv.Quote(*u.Connector)
	}
	return strings.Join(quoted, ", ")
}

// Use is what a scenario decides for one Receive connector, or for one route.
type Use struct {
	Scenario   Scenario
	Connector  *string // nil: the implicit route inside the organization
	Offered    bool    // whether TLS is offered; of a route: whether anonymous TLS is used
	Thumbprint *string // of the certificate; nil: none
	Expired    *bool
	StoppedAt  *string            // nil: the process was completed
	STARTTLS   *STARTTLSConnector // nil in the other scenarios
}

// Uses returns what a scenario decides, in the order of the decision.
func (d *Decision) Uses(scenario Scenario) []Use {
	var all []Use
	switch scenario {
	case InboundAnonymous:
		for _, c := range d.InboundAnonymous.Connectors {
			all = append(all, Use{scenario, &c.Name, c.Advertise, c.Thumbprint, d.InboundAnonymous.Expired, c.StoppedAt, nil})
		}
	case InboundSTARTTLS:
		for _, c := range d.InboundSTARTTLS.Connectors {
			all = append(all, Use{scenario, &c.Name, c.Advertise, c.Thumbprint, c.Expired, c.StoppedAt, &c})
		}
	case OutboundAnonymous:
		for _, r := range d.OutboundAnonymous.Routes {
			all = append(all, Use{scenario, r.Connector, r.UsesAnonymousTLS, r.Thumbprint, d.OutboundAnonymous.Expired, r.StoppedAt, nil})
		}
	}
	return all
}

// Certificate returns the certificate that the server uses in a scenario, for a
// connector or, if the name is empty, for the server as a whole, parsed from
// the document's der. It fails if Thumbprint fails, if no certificate is
// loaded, if the document has no der for it, or if crypto/x509 rejects what
// Windows accepts.
func (d *Decision) Certificate(scenario Scenario, connector string) (*x509.Certificate, error) {
	thumbprint, err := d.Thumbprint(scenario, connector)
	if err != nil {
		return nil, err
	}
	if thumbprint == nil {
		return nil, fmt.Errorf("%s loads no certificate", d.Server)
	}
	for _, certificate := range d.document.Certificates {
		if certificate.Thumbprint != *thumbprint {
			continue
		}
		if len(certificate.DER) == 0 {
			return nil, fmt.Errorf("the document of %s has no der for the certificate %s", d.Server, *thumbprint)
		}
		parsed, err := x509.ParseCertificate(certificate.DER)
		if err != nil {
			return nil, fmt.Errorf("the document of %s: parsing the certificate %s: %w", d.Server, *thumbprint, err)
		}
		return parsed, nil
	}
	return nil, fmt.Errorf("the document of %s has no certificate %s", d.Server, *thumbprint)
}
