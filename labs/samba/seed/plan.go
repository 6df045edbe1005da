package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/transportcert/transportcert/gather"
)

const timeFormat = gather.TimeFormat

// plan is the expected result: for each server, the sections that the account
// "reader" finds, and the decision that follows from them and from the server's
// store at the time Now, with roots.pem trusted.
type plan struct {
	Now     string    `json:"now"`
	Servers []*server `json:"servers"`
}

// server is a server with its connectors, its store and its expected results.
type server struct {
	Server     string             `json:"server"`
	Case       string             `json:"case"`
	DN         string             `json:"dn"`
	Hidden     []string           `json:"hidden,omitempty"` // attributes that reader may not read
	Connectors []gather.Connector `json:"connectors"`
	Directory  gather.Directory   `json:"directory"`
	Host       gather.Host        `json:"host"`
	Decision   decision           `json:"decision"`

	ExchangeVersion string   `json:"exchange_version,omitempty"`
	Roles           []string `json:"roles,omitempty"` // absent: hidden

	contoso, unknownCA authority
	roles              int
	versionNumber      int
	serialNumber       string            // empty: not set
	nameAttribute      map[string]string // where the TlsCertificateName is, by connector
	flags              map[string]int    // AuthMechanism by connector; absent: not set
	options            map[string]int    // ProtocolOptions by connector; absent: not set
	attribute          []byte            // msExchServerInternalTLSCert; nil: not set
	files              map[string][]file // the store
}

// decision is the part of the decision that the plan determines.
type decision struct {
	Connectors  []verdict `json:"connectors"`
	Certificate *string   `json:"certificate"`
	Expired     *bool     `json:"expired"`
	Eligible    []string  `json:"eligible"`
	Best        *string   `json:"best"`
	BestKind    *string   `json:"best_kind"`
	MatchesBest *bool     `json:"matches_best"`
	Events      []int     `json:"events"` // ids
}

type verdict struct {
	Name        string  `json:"name"`
	Advertise   bool    `json:"advertise_x_anonymoustls"`
	Certificate *string `json:"certificate"`
	StoppedAt   *string `json:"stopped_at"`
}

type file struct {
	pair
	withKey bool
}

func newServer(i int, contoso, unknownCA authority) (*server, error) {
	name := fmt.Sprintf("EX%03d", i+1)
	fqdn := strings.ToLower(name) + "." + domain
	c := cases[i%len(cases)]
	s := &server{
		Server: name, Case: c.name, DN: "CN=" + name + ",CN=Servers," + groupDN(i),
		Host:    gather.Host{DNSFQDN: fqdn, DNSHostName: name, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: name},
		contoso: contoso, unknownCA: unknownCA,
		flags: map[string]int{}, options: map[string]int{}, files: map[string][]file{}, nameAttribute: map[string]string{},
		// Exchange 2019. A directory adds 30,000 to the build.
		serialNumber: "Version 15.2 (Build 31544.34)", versionNumber: 0x70008000 | 15<<22 | 2<<16 | 1544, ExchangeVersion: "15.2.1544.34",
		roles: 54, Roles: []string{"Mailbox", "ClientAccess", "UnifiedMessaging", "HubTransport"},
	}
	s.Directory.Readable = true
	if err := c.build(s); err != nil {
		return nil, fmt.Errorf("%s (%s): %w", name, c.name, err)
	}
	return s, nil
}

// standardConnectors are the connectors that Setup of Exchange 2013 and later
// creates.
func (s *server) standardConnectors() {
	s.connector("Default "+s.Server, 31, "0.0.0.0:2525", "[::]:2525")
	s.connector("Default Frontend "+s.Server, 31, "0.0.0.0:25", "[::]:25")
	s.connector("Client Frontend "+s.Server, 15, "0.0.0.0:587", "[::]:587")
	s.connector("Client Proxy "+s.Server, 31, "0.0.0.0:465", "[::]:465")
	s.connector("Outbound Proxy Frontend "+s.Server, 17, "0.0.0.0:717", "[::]:717")
}

// names of the flags of AuthMechanism, lowest bit first.
var mechanisms = []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer", "ExternalAuthoritative"}

// connector adds a connector. Negative flags: the attribute is not set.
func (s *server) connector(name string, flags int, bindings ...string) *gather.Connector {
	c := gather.Connector{Name: name, FQDN: s.Host.DNSFQDN, Bindings: bindings}
	switch {
	case flags < 0:
		c.AuthMechanisms = []string{"Tls", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer"}
	case flags == 0:
		c.AuthMechanisms = []string{}
	default:
		for bit, mechanism := range mechanisms {
			if flags>>bit&1 == 1 {
				c.AuthMechanisms = append(c.AuthMechanisms, mechanism)
			}
		}
	}
	if flags >= 0 {
		s.flags[name] = flags
	}
	s.Connectors = append(s.Connectors, c)
	return &s.Connectors[len(s.Connectors)-1]
}

// exchange2010 gives the server a version that compares its certificate with
// the best one.
func (s *server) exchange2010() {
	s.serialNumber, s.versionNumber, s.ExchangeVersion = "Version 14.3 (Build 30123.4)", 0x70008000|14<<22|3<<16|123, "14.3.123.4"
}

// names sets the TlsCertificateName of the last connector added.
func (s *server) names(attribute, issuer, subject string) {
	c := &s.Connectors[len(s.Connectors)-1]
	c.TLSCertificateName = new("<I>" + issuer + "<S>" + subject)
	s.nameAttribute[c.Name] = attribute
}

// certificate creates a certificate for one of the server's names, and puts it
// into the store with a key and the services.
func (s *server) certificate(issuer *authority, from, to time.Time, services ...string) (pair, error) {
	p, err := leaf(issuer, from, to, s.Server, s.Host.DNSFQDN)
	if err == nil {
		s.keep(p, true, services...)
	}
	return p, err
}

func (s *server) keep(p pair, withKey bool, services ...string) {
	key := strings.Join(services, ",")
	s.files[key] = append(s.files[key], file{p, withKey})
}

// writeStore writes the store as a folder: a file for each certificate, and
// services.json.
func (s *server) writeStore(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	services := map[string][]string{}
	for list, files := range s.files {
		for _, f := range files {
			key := f.key
			if !f.withKey {
				key = nil
			}
			if err := writePEM(filepath.Join(folder, f.thumbprint[:8]+".pem"), f.der, key); err != nil {
				return err
			}
			services[f.thumbprint] = strings.Split(list, ",")
		}
	}
	return writeJSON(filepath.Join(folder, "services.json"), services)
}
