// Package benchmark creates the documents for the benchmarks: servers of one
// organization, each with the given number of certificates, mixed as in a real
// store.
package benchmark

import (
	"fmt"

	"github.com/transportcert/transportcert/gather"
)

// Document returns the document of the server with that number. It is the same
// on every call.
func Document(number, certificates int) *gather.Document {
	server := fmt.Sprintf("EX%05d", number)
	fqdn := fmt.Sprintf("ex%05d.corp.contoso.test", number)
	document := &gather.Document{
		SchemaVersion: gather.Version,
		Server:        server,
		Now:           "2026-11-22T07:00:00Z",
		Connectors: []gather.Connector{
			{Name: "Default " + server, AuthMechanisms: []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer"}},
			{Name: "Default Frontend " + server, AuthMechanisms: []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer"}},
			{Name: "Client Frontend " + server, AuthMechanisms: []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS"}},
		},
		Host: &gather.Host{DNSFQDN: fqdn, DNSHostName: server, PhysicalDNSFQDN: fqdn, PhysicalDNSHostName: server},
		Sources: map[string]string{
			"connectors": "ldap:dc1.corp.contoso.test", "directory": "ldap:dc1.corp.contoso.test",
			"host": "ldap:dc1.corp.contoso.test", "certificates": "store:stores/" + server,
		},
	}
	for i := range certificates {
		document.Certificates = append(document.Certificates, certificate(number, i, server, fqdn))
	}
	named := document.Certificates[0].Thumbprint
	document.Directory = &gather.Directory{Readable: true, InternalTransportCertificate: &named}
	return document
}

// certificate returns one of four kinds: self-signed by Setup, issued by the
// company's CA, the Auth certificate, and the certificate of the management
// service.
func certificate(number, i int, server, fqdn string) gather.Certificate {
	yes, no := true, false
	c := gather.Certificate{
		Thumbprint:   fmt.Sprintf("%08X%032X", number, i),
		Version:      3,
		SerialNumber: fmt.Sprintf("68268364D0BA%08X", i),
		NotBefore:    fmt.Sprintf("20%02d-01-01T00:00:00Z", 15+i%10),
		NotAfter:     fmt.Sprintf("20%02d-01-01T00:00:00Z", 20+i%10),

		HasPrivateKey: &yes,
		SelfSigned:    &yes,
		Trust:         gather.Trust{Chain: gather.ChainUntrusted, Error: "its chain does not end in a trusted root"},

		KeyAlgorithm: "RSA", KeyBits: 2048, SignatureAlgorithm: "SHA256-RSA",
	}
	switch i % 4 {
	case 0:
		c.Subject, c.SubjectCommonNames, c.DNSNames = "CN="+server, []string{server}, []string{server, fqdn}
		c.Services, c.FriendlyName = []string{"IIS", "SMTP"}, "Microsoft Exchange"
	case 1:
		c.Subject, c.SubjectCommonNames = "CN="+fqdn, []string{fqdn}
		c.DNSNames = []string{fqdn, "mail.contoso.test", "autodiscover.contoso.test"}
		c.Services, c.FriendlyName = []string{"IMAP", "POP", "IIS", "SMTP"}, "Contoso mail"
		c.Issuer, c.SelfSigned = "CN=Contoso Issuing CA 1", &no
		from, until := c.NotBefore, c.NotAfter
		c.Trust = gather.Trust{Chain: gather.ChainTrusted, ValidFrom: &from, ValidUntil: &until, Revoked: &no}
	case 2:
		c.Subject, c.SubjectCommonNames = "CN=Microsoft Exchange Server Auth Certificate", []string{"Microsoft Exchange Server Auth Certificate"}
		c.DNSNames, c.Services, c.FriendlyName = []string{}, []string{"SMTP"}, "Microsoft Exchange Server Auth Certificate"
	case 3:
		c.Subject, c.SubjectCommonNames = "CN=WMSvc-SHA2-"+server, []string{"WMSvc-SHA2-" + server}
		c.DNSNames, c.Services, c.FriendlyName = []string{}, []string{}, "WMSVC-SHA2"
	}
	if c.Issuer == "" {
		c.Issuer = c.Subject
	}
	return c
}
