package gather

import (
	"bytes"
	"encoding/json"
)

// Version is the version of the document's format.
const Version = 1

// TimeFormat is the layout, in the sense of package time, of every time in a
// document: UTC, without fractions, compared as text.
const TimeFormat = "2006-01-02T15:04:05Z"

// Procedures are the values of Document.Procedure: the version of Exchange
// whose published text applies.
var Procedures = []string{"2007", "2010", "2016"}

// Document holds the facts about one Exchange server: the input of the
// policies. docs/specification.md describes each field.
//
// A section that was not gathered is nil. A section that was gathered and is
// empty (a server without connectors, an empty store) is not nil. The same
// holds for each list and pointer below: nil is "not gathered" unless its
// comment says otherwise.
type Document struct {
	SchemaVersion   int               `json:"schema_version"`
	Server          string            `json:"server"`
	Now             string            `json:"now,omitzero"`
	Phase           string            `json:"phase,omitzero"`
	GatheredAt      string            `json:"gathered_at,omitzero"`      // TimeFormat
	ExchangeVersion string            `json:"exchange_version,omitzero"` // 15.2.1748.10: two to four numbers
	Procedure       string            `json:"procedure,omitzero"`        // empty: depends on ExchangeVersion
	Roles           []string          `json:"roles,omitzero"`
	Connectors      []Connector       `json:"connectors"`
	Directory       *Directory        `json:"directory"`
	Host            *Host             `json:"host"`
	Certificates    []Certificate     `json:"certificates"`
	Sources         map[string]string `json:"sources,omitempty"`

	// Facts about the organization. The first three are optional sections.
	SendConnectors          []SendConnector    `json:"send_connectors,omitzero"`
	EdgeSubscriptions       []EdgeSubscription `json:"edge_subscriptions,omitzero"`
	Hybrid                  *Hybrid            `json:"hybrid,omitzero"`
	ExchangeServerAddresses []string           `json:"exchange_server_addresses,omitzero"` // IP addresses
}

// Connector is a Receive connector.
type Connector struct {
	Name                  string   `json:"name"`
	AuthMechanisms        []string `json:"auth_mechanisms"`
	Enabled               *bool    `json:"enabled,omitzero"` // nil: enabled
	FQDN                  string   `json:"fqdn,omitzero"`
	Bindings              []string `json:"bindings,omitempty"`
	TLSCertificateName    *string  `json:"tls_certificate_name,omitzero"`     // <I>issuer<S>subject; nil: not set, or not gathered
	SuppressXAnonymousTLS *bool    `json:"suppress_x_anonymous_tls,omitzero"` // nil: false
	RequireTLS            *bool    `json:"require_tls,omitzero"`
	TransportRole         string   `json:"transport_role,omitzero"`
	RemoteIPRanges        []string `json:"remote_ip_ranges,omitzero"`
	TLSDomainCapabilities []string `json:"tls_domain_capabilities,omitzero"`
}

// SendConnector is a Send connector. Its values are those of Get-SendConnector.
type SendConnector struct {
	Name                     string   `json:"name"`
	Enabled                  *bool    `json:"enabled,omitzero"` // nil: enabled
	FQDN                     string   `json:"fqdn,omitzero"`
	SmartHostAuthMechanism   string   `json:"smart_host_auth_mechanism,omitzero"`
	SmartHosts               []string `json:"smart_hosts,omitzero"`
	AddressSpaces            []string `json:"address_spaces,omitzero"`       // [type:]domain[;cost]
	TLSCertificateName       string   `json:"tls_certificate_name,omitzero"` // <I>issuer<S>subject
	RequireTLS               *bool    `json:"require_tls,omitzero"`
	TLSAuthLevel             *string  `json:"tls_auth_level,omitzero"` // nil: not set, or not gathered
	TLSDomain                string   `json:"tls_domain,omitzero"`
	CloudServicesMailEnabled *bool    `json:"cloud_services_mail_enabled,omitzero"`
	IgnoreSTARTTLS           *bool    `json:"ignore_starttls,omitzero"`
	SourceServers            []string `json:"source_servers,omitzero"`
}

// EdgeSubscription is an Edge server that is subscribed to the organization.
type EdgeSubscription struct {
	Name       string  `json:"name"`
	Thumbprint *string `json:"thumbprint,omitzero"` // of the certificate it was made with; nil: unknown
}

// Hybrid is the organization's hybrid configuration.
type Hybrid struct {
	TLSCertificateName *string `json:"tls_certificate_name,omitzero"` // nil: not set
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
	Thumbprint         string   `json:"thumbprint"` // SHA-1 of the DER certificate, 40 uppercase hex digits
	Version            int      `json:"version"`    // 1, 2 or 3
	Subject            string   `json:"subject"`
	Issuer             string   `json:"issuer"`
	SerialNumber       string   `json:"serial_number"` // uppercase hex digits
	SubjectCommonNames []string `json:"subject_common_names"`
	DNSNames           []string `json:"dns_names"`
	NotBefore          string   `json:"not_before"` // TimeFormat
	NotAfter           string   `json:"not_after"`  // TimeFormat
	HasPrivateKey      *bool    `json:"has_private_key"`
	Services           []string `json:"services"` // nil: unknown
	SelfSigned         *bool    `json:"self_signed"`
	Trust              Trust    `json:"trust"`
	FriendlyName       string   `json:"friendly_name,omitempty"`
	KeyAlgorithm       string   `json:"key_algorithm,omitempty"`
	KeyBits            int      `json:"key_bits,omitempty"`
	SignatureAlgorithm string   `json:"signature_algorithm,omitempty"`
	DER                []byte   `json:"der,omitempty"`

	ExtendedKeyUsages ExtendedKeyUsages `json:"extended_key_usages,omitzero"`
}

// ExtendedKeyUsages is a certificate's extended key usage extension. The zero
// value means that it was not gathered; a document then omits it.
type ExtendedKeyUsages struct {
	Gathered bool
	OIDs     []string // 1.3.6.1.5.5.7.3.1; nil: the certificate has no such extension, null in a document
}

// MarshalJSON implements json.Marshaler.
func (u ExtendedKeyUsages) MarshalJSON() ([]byte, error) { return json.Marshal(u.OIDs) }

// UnmarshalJSON implements json.Unmarshaler.
func (u *ExtendedKeyUsages) UnmarshalJSON(text []byte) error {
	*u = ExtendedKeyUsages{Gathered: true}
	if bytes.Equal(bytes.TrimSpace(text), []byte("null")) {
		return nil
	}
	u.OIDs = []string{}
	return json.Unmarshal(text, &u.OIDs)
}

// The values of Trust.Chain.
const (
	ChainTrusted   = "trusted"   // a chain ends in a trusted root
	ChainUntrusted = "untrusted" // no chain ends in a trusted root
	ChainUnknown   = "unknown"   // it was not checked, or could not be verified
)

// Trust is what is known about a certificate's chain. It does not depend on the
// current time: the window says when the chain is valid.
type Trust struct {
	Chain      string  `json:"chain"`
	ValidFrom  *string `json:"valid_from"`  // TimeFormat; nil: no chain
	ValidUntil *string `json:"valid_until"` // TimeFormat; nil: no chain
	Revoked    *bool   `json:"revoked"`     // nil: unknown
	Error      string  `json:"error,omitempty"`
}
