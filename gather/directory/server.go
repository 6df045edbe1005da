package directory

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/transportcert/transportcert/gather"
)

// Attributes of a server.
const (
	attrAddress     = "networkAddress"
	attrCertificate = "msExchServerInternalTLSCert"
	attrRoles       = "msExchCurrentServerRoles"
	attrVersion     = "versionNumber"
	attrSerial      = "serialNumber" // the version as text
)

// Attributes of a Receive connector.
const (
	attrAuth     = "msExchSMTPReceiveInboundSecurityFlag"
	attrOptions  = "msExchSmtpReceiveProtocolOptions"
	attrEnabled  = "msExchSmtpReceiveEnabled"
	attrFQDN     = "msExchSMTPReceiveConnectorFQDN"
	attrBindings = "msExchSmtpReceiveBindings"
	attrTLSName  = "msExchSmtpReceiveTlsCertificateName"
	attrTLSName2 = "msExchSmtpTLSCertificate" // used if the other is not set
)

var (
	serverAttributes    = []string{attrAddress, attrCertificate, attrRoles, attrVersion, attrSerial}
	connectorAttributes = []string{attrAuth, attrOptions, attrEnabled, attrFQDN, attrBindings, attrTLSName, attrTLSName2}
)

const (
	// defaultAuth is AuthMechanism if the attribute is not set.
	defaultAuth = 29
	// suppressXAnonymousTLS is a flag of ProtocolOptions.
	suppressXAnonymousTLS = 4096
	// netBIOSLength is the maximum length of a NetBIOS name.
	netBIOSLength = 15
)

// document converts a server's objects to sections.
func (g Gatherer) document(f *forest, s *server) (gather.Document, error) {
	doc := gather.Document{Server: s.name, Host: g.host(f, s)}
	var err error
	if doc.ExchangeVersion, err = g.version(s); err != nil {
		return doc, err
	}
	if doc.Roles, err = g.roles(s); err != nil {
		return doc, err
	}
	if doc.Directory, err = g.directory(f, s); err != nil {
		return doc, err
	}
	doc.Connectors, err = g.connectors(f, s)
	return doc, err
}

// directory distinguishes three states: a certificate, no certificate, and an
// object whose attributes are hidden.
func (g Gatherer) directory(f *forest, s *server) (*gather.Directory, error) {
	value, err := single(s.entry, attrCertificate)
	if err != nil {
		return nil, err
	}
	if value != nil {
		thumbprint, err := g.thumbprint(s.name, value)
		if err != nil {
			return nil, fmt.Errorf("directory: %s: %s, %d bytes: expected a certificate in DER, or a thumbprint of 20 bytes or 40 hex digits: %w", s.entry.DN, attrCertificate, len(value), err)
		}
		return &gather.Directory{Readable: true, InternalTransportCertificate: &thumbprint}, nil
	}
	if !has(s.entry, attrVersion) && !has(s.entry, attrRoles) {
		reason := fmt.Sprintf("%s cannot read any of %s, %s and %s of %s", f.account, attrCertificate, attrVersion, attrRoles, s.entry.DN)
		g.Report.Sentence("%s: %s", s.name, reason)
		return &gather.Directory{Error: reason}, nil
	}
	g.Report.Sentence("%s: %s sees no %s: either it is not set, or this account may not read it", s.name, f.account, attrCertificate)
	return &gather.Directory{Readable: true}, nil
}

func (g Gatherer) thumbprint(server string, value []byte) (string, error) {
	switch len(value) {
	case 20:
		return fmt.Sprintf("%X", value), nil
	case 40:
		_, err := hex.DecodeString(string(value))
		return strings.ToUpper(string(value)), err
	}
	c, notes, err := gather.NewCertificate(value)
	if err != nil {
		return "", err
	}
	g.Report.Sentence("%s: the internal transport certificate in the directory is %s, valid from %s to %s, thumbprint %s", server, c.Subject, c.NotBefore, c.NotAfter, c.Thumbprint)
	for _, note := range notes {
		g.Report.Sentence("%s: the certificate %s %s", server, c.Thumbprint, note)
	}
	return c.Thumbprint, nil
}

// connectors returns nil if any connector's attributes are all hidden: using
// the defaults would invent an AuthMechanism.
func (g Gatherer) connectors(f *forest, s *server) ([]gather.Connector, error) {
	connectors := []gather.Connector{}
	for _, e := range s.connectors {
		if len(e.Attributes) == 0 {
			g.Report.Sentence("%s: connectors not gathered: %s cannot read any attribute of %s", s.name, f.account, e.DN)
			return nil, nil
		}
		c, err := g.connector(s.name, e)
		if err != nil {
			return nil, err
		}
		connectors = append(connectors, c)
	}
	if len(connectors) == 0 {
		g.Report.Sentence("%s: there are no Receive connectors; %s is %s", s.name, attrRoles, cmp.Or(s.entry.GetEqualFoldAttributeValue(attrRoles), "not set"))
	}
	slices.SortFunc(connectors, func(a, b gather.Connector) int { return strings.Compare(a.Name, b.Name) })
	return connectors, nil
}

func (g Gatherer) connector(server string, e *ldap.Entry) (gather.Connector, error) {
	dn, err := parseDN(e.DN)
	if err != nil {
		return gather.Connector{}, err
	}
	c := gather.Connector{
		Name:     dn.name(),
		FQDN:     e.GetEqualFoldAttributeValue(attrFQDN),
		Bindings: e.GetEqualFoldAttributeValues(attrBindings),
	}
	slices.Sort(c.Bindings) // a directory has no order

	auth, err := number(e, attrAuth, defaultAuth)
	if err != nil {
		return c, err
	}
	var unknown uint64
	if c.AuthMechanisms, unknown = gather.Flags(uint64(uint32(auth)), gather.AuthMechanisms); unknown != 0 {
		g.Report.Sentence("%s: connector %q: unknown AuthMechanism ignored: %#x", server, c.Name, unknown)
	}

	switch enabled := e.GetEqualFoldAttributeValue(attrEnabled); enabled {
	case "":
	case "TRUE", "FALSE":
		c.Enabled = new(enabled == "TRUE")
	default:
		return c, fmt.Errorf("directory: %s: %s, %q: expected TRUE or FALSE", e.DN, attrEnabled, enabled)
	}

	if has(e, attrOptions) {
		options, err := number(e, attrOptions, 0)
		if err != nil {
			return c, err
		}
		c.SuppressXAnonymousTLS = new(options&suppressXAnonymousTLS != 0)
	}
	if name := cmp.Or(e.GetEqualFoldAttributeValue(attrTLSName), e.GetEqualFoldAttributeValue(attrTLSName2)); name != "" {
		c.TLSCertificateName = &name
	}
	return c, nil
}

// host assumes that the physical names are the same, because the directory has
// no information about clusters.
func (g Gatherer) host(f *forest, s *server) *gather.Host {
	fqdn, name := "", s.name
	for _, address := range s.entry.GetEqualFoldAttributeValues(attrAddress) {
		switch protocol, value, _ := strings.Cut(address, ":"); strings.ToLower(protocol) {
		case "ncacn_ip_tcp":
			fqdn = value
		case "netbios":
			name = value
		}
	}
	if fqdn == "" {
		g.Report.Sentence("%s: host not gathered: %s sees no %s that begins with ncacn_ip_tcp:", s.name, f.account, attrAddress)
		return nil
	}
	if label, _, _ := strings.Cut(fqdn, "."); len(label) > netBIOSLength && strings.EqualFold(label[:netBIOSLength], name) {
		name = label
	}
	return &gather.Host{DNSFQDN: fqdn, DNSHostName: name, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: name}
}

func has(e *ldap.Entry, attribute string) bool {
	return e.GetEqualFoldAttributeValue(attribute) != ""
}

// single returns nil if there is no value.
func single(e *ldap.Entry, attribute string) ([]byte, error) {
	values := e.GetEqualFoldRawAttributeValues(attribute)
	switch len(values) {
	case 0:
		return nil, nil
	case 1:
		return values[0], nil
	}
	return nil, fmt.Errorf("directory: %s: %s: expected one value, found %d", e.DN, attribute, len(values))
}

func number(e *ldap.Entry, attribute string, absent int64) (int64, error) {
	value, err := single(e, attribute)
	if value == nil || err != nil {
		return absent, err
	}
	n, err := strconv.ParseInt(string(value), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("directory: %s: %s, %q: expected an integer of 32 bits", e.DN, attribute, value)
	}
	return n, nil
}
