package gather

// Version is the version of the document's format.
const Version = 1

// TimeFormat is the layout, in the sense of package time, of every time in a
// document: UTC, without fractions, compared as text.
const TimeFormat = "2006-01-02T15:04:05Z"

// Document holds the facts about one Exchange server: the input of the
// policies. docs/specification.md describes each field.
//
// A section that nobody gathered is nil. A section that was gathered and is
// empty (a server without connectors, an empty store) is not nil.
type Document struct {
	SchemaVersion int               `json:"schema_version"`
	Server        string            `json:"server"`
	Now           string            `json:"now,omitempty"`
	Phase         string            `json:"phase,omitempty"`
	Connectors    []Connector       `json:"connectors"`
	Directory     *Directory        `json:"directory"`
	Host          *Host             `json:"host"`
	Certificates  []Certificate     `json:"certificates"`
	Sources       map[string]string `json:"sources,omitempty"`
}

// Connector is a Receive connector.
type Connector struct {
	Name           string   `json:"name"`
	AuthMechanisms []string `json:"auth_mechanisms"`
	Enabled        *bool    `json:"enabled,omitempty"` // nil: enabled
	FQDN           string   `json:"fqdn,omitempty"`
	Bindings       []string `json:"bindings,omitempty"`
}

// Directory is what the server's object in Active Directory says.
type Directory struct {
	Readable                     bool    `json:"readable"`
	Error                        string  `json:"error,omitempty"`
	InternalTransportCertificate *string `json:"internal_transport_certificate"` // thumbprint; nil: not set
}

// Host holds the names of the machine.
type Host struct {
	DNSFQDN             string   `json:"dns_fqdn"`
	DNSHostName         string   `json:"dns_host_name"`
	PhysicalDNSFQDN     string   `json:"physical_dns_fqdn"`
	PhysicalDNSHostName string   `json:"physical_dns_host_name"`
	NLBClusterNames     []string `json:"nlb_cluster_names,omitempty"`
}

// Certificate is a certificate of the store LocalMachine\My.
type Certificate struct {
	Thumbprint         string   `json:"thumbprint"` // SHA-1 of the DER certificate, 40 upper-case hex digits
	Version            int      `json:"version"`    // 1, 2 or 3
	Subject            string   `json:"subject"`
	Issuer             string   `json:"issuer"`
	SerialNumber       string   `json:"serial_number"` // upper-case hex digits
	SubjectCommonNames []string `json:"subject_common_names"`
	DNSNames           []string `json:"dns_names"`
	NotBefore          string   `json:"not_before"` // TimeFormat
	NotAfter           string   `json:"not_after"`  // TimeFormat
	HasPrivateKey      *bool    `json:"has_private_key"`
	Services           []string `json:"services"` // nil: not known
	SelfSigned         *bool    `json:"self_signed"`
	Trust              Trust    `json:"trust"`
	FriendlyName       string   `json:"friendly_name,omitempty"`
	KeyAlgorithm       string   `json:"key_algorithm,omitempty"`
	KeyBits            int      `json:"key_bits,omitempty"`
	SignatureAlgorithm string   `json:"signature_algorithm,omitempty"`
	DER                []byte   `json:"der,omitempty"`
}

// The values of Trust.Chain.
const (
	ChainTrusted   = "trusted"   // a chain ends in a trusted root
	ChainUntrusted = "untrusted" // none does
	ChainUnknown   = "unknown"   // nobody looked
)

// Trust is what is known of a certificate's chain. It holds at any time: the
// window says when the chain is valid.
type Trust struct {
	Chain      string  `json:"chain"`
	ValidFrom  *string `json:"valid_from"`  // TimeFormat; nil: no chain
	ValidUntil *string `json:"valid_until"` // TimeFormat; nil: no chain
	Revoked    *bool   `json:"revoked"`     // nil: not known
	Error      string  `json:"error,omitempty"`
}
