package evaluate

import (
	"crypto/x509"
	"fmt"

	"github.com/transportcert/transportcert/gather"
)

// Decision says which certificate the server serves on X-ANONYMOUSTLS, whether
// each connector offers it, and which events the server logs.
// docs/specification.md describes each field.
type Decision struct {
	Server      string              `json:"server"`
	Phase       string              `json:"phase"`
	EvaluatedAt string              `json:"evaluated_at"`
	Connectors  []Connector         `json:"connectors"`
	Thumbprint  *string             `json:"certificate"` // of the internal transport certificate; nil: none is loaded
	Expired     *bool               `json:"expired"`
	Domains     []string            `json:"domains"`
	Eligible    []string            `json:"eligible"`   // thumbprints in the order of step 8
	Ineligible  map[string][]string `json:"ineligible"` // reasons by thumbprint
	Best        *string             `json:"best"`
	BestKind    *string             `json:"best_kind"` // pki or self_signed
	MatchesBest *bool               `json:"matches_best"`
	Events      []Event             `json:"events"`
	InputErrors []string            `json:"input_errors"`

	// Whether an organisation's own rules have a part in the decision, so that
	// it may not be what Exchange does, and the reasons that they give.
	Customized   bool     `json:"customized,omitempty"`
	CustomizedBy []string `json:"customized_by,omitempty"`

	document *gather.Document
}

// Connector is the verdict for one Receive connector.
type Connector struct {
	Name       string  `json:"name"`
	Advertise  bool    `json:"advertise_x_anonymoustls"`
	Thumbprint *string `json:"certificate"` // of the certificate that it serves; nil: none
	StoppedAt  *string `json:"stopped_at"`  // nil: the process came to its end
}

// Event is an entry that the server writes to its Application log.
type Event struct {
	ID           int     `json:"id"`
	Source       string  `json:"source"`
	Step         int     `json:"step"`
	Severity     string  `json:"severity"` // error or warning
	SymbolicName *string `json:"symbolic_name"`
	Message      string  `json:"message"`
	Remediation  string  `json:"remediation"`
}

// Certificate returns the certificate that the server would serve, parsed from
// the document's der. It is an error where none is loaded, where the document
// has no der for it, and where crypto/x509 refuses what Windows accepts.
func (d *Decision) Certificate() (*x509.Certificate, error) {
	if d.Thumbprint == nil {
		return nil, fmt.Errorf("%s loads no certificate", d.Server)
	}
	for _, certificate := range d.document.Certificates {
		if certificate.Thumbprint != *d.Thumbprint {
			continue
		}
		if len(certificate.DER) == 0 {
			return nil, fmt.Errorf("the document of %s has no der for the certificate %s", d.Server, *d.Thumbprint)
		}
		parsed, err := x509.ParseCertificate(certificate.DER)
		if err != nil {
			return nil, fmt.Errorf("the document of %s: parsing the certificate %s: %w", d.Server, *d.Thumbprint, err)
		}
		return parsed, nil
	}
	return nil, fmt.Errorf("the document of %s has no certificate %s", d.Server, *d.Thumbprint)
}
