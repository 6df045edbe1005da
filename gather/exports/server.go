package exports

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// connector reads a Receive connector.
func (g Gatherer) connector(e *export) (what string, c gather.Connector, err error) {
	_, name, _ := strings.Cut(e.object.string("Identity"), `\`)
	if c.Name = first(e.object.string("Name"), name); c.Name == "" {
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
		g.report("%s: %s: left out of AuthMechanism, not known: %s", e.place(), what, strings.Join(unknown, ", "))
	}
	if v, ok := e.object.known("Enabled"); ok {
		enabled, err := v.boolean()
		if err != nil {
			return "", c, fmt.Errorf("%s: %w", what, err)
		}
		c.Enabled = &enabled
	}
	if v, ok := e.object.known("Bindings"); ok {
		bindings := []value{v}
		if v.object != nil {
			bindings = v.object.items
		}
		for _, b := range bindings {
			c.Bindings = append(c.Bindings, b.string())
		}
	}
	if e.object.string("SuppressXAnonymousTls") == "true" {
		g.report("%s has SuppressXAnonymousTls: Exchange 2010 and later do not offer X-ANONYMOUSTLS there, which the nine steps do not look at", what)
	}
	return what, c, nil
}

// directory reads the directory thumbprint: out of a transport service, or as
// that of the certificate that the directory holds.
func (g Gatherer) directory(e *export) (what string, d gather.Directory, err error) {
	var thumbprint string
	if e.kind == transportServer {
		v, ok := e.object.property("InternalTransportCertificateThumbprint")
		if !ok {
			g.report("%s: left out, it has no InternalTransportCertificateThumbprint", e.place())
			return "", d, nil
		}
		thumbprint = strings.ToUpper(v.string())
		if raw, err := hex.DecodeString(thumbprint); err != nil || len(raw) != 0 && len(raw) != 20 {
			return "", d, v.expected("40 hex digits, or nothing")
		}
	} else {
		v, ok := e.object.known("RawData")
		if !ok {
			return "", d, errors.New("expected RawData, in which the certificate is")
		}
		der, err := v.bytes()
		if err != nil {
			return "", d, err
		}
		c, err := g.parse(e, der)
		if err != nil {
			return "", d, err
		}
		thumbprint = c.Thumbprint
	}
	d.Readable = true
	if thumbprint != "" {
		d.InternalTransportCertificate = &thumbprint
	}
	return "the internal transport certificate", d, nil
}

// host reads the server's names. Its physical names are the same; they differ
// in a cluster only.
func (g Gatherer) host(e *export) (what string, h gather.Host, err error) {
	fqdn, name := e.object.string("Fqdn"), e.object.string("Name")
	if fqdn == "" || name == "" {
		g.report("%s: left out, it does not have both Fqdn and Name", e.place())
		return "", h, nil
	}
	return "the name of the server", gather.Host{DNSFQDN: fqdn, DNSHostName: name, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: name}, nil
}
