package exports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// connector reads a Receive connector.
func (g Gatherer) connector(e *export) (what string, c gather.Connector, err error) {
	_, name, _ := strings.Cut(e.object.string("Identity"), `\`)
	if c.Name = cmp.Or(e.object.string("Name"), name); c.Name == "" {
		return "", c, errors.New("expected the connector's Name")
	}
	what = fmt.Sprintf("connector %q", c.Name)
	c.FQDN = e.object.string("Fqdn")
	v, ok := e.object.known("AuthMechanism")
	if !ok {
		return "", c, fmt.Errorf("%s: expected AuthMechanism", what)
	}
	known, unknown, err := v.flags(gather.AuthMechanisms)
	if err != nil {
		return "", c, fmt.Errorf("%s: %w", what, err)
	}
	if c.AuthMechanisms = known; len(unknown) > 0 {
		g.Report.Sentence("%s: %s: unknown AuthMechanism ignored: %s", e.place(), what, strings.Join(unknown, ", "))
	}
	if bindings := e.object.texts("Bindings"); len(bindings) > 0 {
		c.Bindings = bindings
	}
	c.TLSCertificateName = e.object.certificateName("TlsCertificateName")
	c.RemoteIPRanges = e.object.texts("RemoteIPRanges")
	c.TLSDomainCapabilities = e.object.texts("TlsDomainCapabilities")
	if role := e.object.string("TransportRole"); slices.Contains(gather.TransportRoles, role) {
		c.TransportRole = role
	} else if role != "" {
		g.Report.Sentence("%s: %s: unknown TransportRole ignored: %s", e.place(), what, role)
	}
	if err := e.object.booleans([]boolean{
		{"Enabled", &c.Enabled}, {"SuppressXAnonymousTls", &c.SuppressXAnonymousTLS}, {"RequireTLS", &c.RequireTLS},
	}); err != nil {
		return "", c, fmt.Errorf("%s: %w", what, err)
	}
	return what, c, nil
}

const internalTransportCertificate = "the internal transport certificate"

// directory reads the directory thumbprint, either from a transport service or
// from the certificate in the directory.
func (g Gatherer) directory(e *export) (what string, d gather.Directory, err error) {
	d.Readable = true
	if e.kind == transportServer {
		v, ok := e.object.property("InternalTransportCertificateThumbprint")
		if !ok {
			g.Report.Sentence("%s: skipped: it has no InternalTransportCertificateThumbprint", e.place())
			return "", d, nil
		}
		d.InternalTransportCertificate, err = v.thumbprint()
		return internalTransportCertificate, d, err
	}
	v, ok := e.object.known("RawData")
	if !ok {
		return "", d, errors.New("expected RawData, which contains the certificate")
	}
	der, err := v.bytes()
	if err != nil {
		return "", d, err
	}
	c, err := g.parse(e, der)
	d.InternalTransportCertificate = &c.Thumbprint
	return internalTransportCertificate, d, err
}

// A server is what Get-ExchangeServer says about a server.
type server struct {
	host    gather.Host
	version string   // 15.2.1748.10; empty: unknown
	roles   []string // nil: unknown
}

// server reads a server's names, version and roles. The physical names are the
// same; they differ only in a cluster.
func (g Gatherer) server(e *export) (what string, s server, err error) {
	fqdn, name := e.object.string("Fqdn"), e.object.string("Name")
	if fqdn == "" || name == "" {
		g.Report.Sentence("%s: skipped: it does not have both Fqdn and Name", e.place())
		return "", s, nil
	}
	s.host = gather.Host{DNSFQDN: fqdn, DNSHostName: name, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: name}
	if v, ok := e.object.known("AdminDisplayVersion"); ok {
		if s.version = displayVersion(v); s.version == "" && v.string() != "" {
			g.Report.Sentence("%s: ignored AdminDisplayVersion: expected text such as Version 15.2 (Build 1748.10), found %s", e.place(), v.string())
		}
	}
	if v, ok := e.object.known("ServerRole"); ok {
		flags, unknown, err := v.flags(gather.ServerRoles)
		if err != nil {
			g.Report.Sentence("%s: ignored: %v", e.place(), err)
		} else {
			s.roles = gather.Roles(flags)
		}
		if len(unknown) > 0 {
			g.Report.Sentence("%s: unknown ServerRole ignored: %s", e.place(), strings.Join(unknown, ", "))
		}
	}
	return "the server object", s, nil
}

// displayVersion reads an AdminDisplayVersion, or returns "". Its text is in the
// language of the shell, its numbers are not.
func displayVersion(v value) string {
	if version := gather.DisplayVersion(v.string()); version != "" || v.object == nil {
		return version
	}
	var numbers []string
	for _, name := range []string{"Major", "Minor", "Build", "Revision"} {
		number, _ := v.object.known(name)
		n, err := number.integer()
		if err != nil || n < 0 {
			return ""
		}
		numbers = append(numbers, strconv.FormatInt(n, 10))
	}
	return strings.Join(numbers, ".")
}
