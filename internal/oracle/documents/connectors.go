package documents

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/gather"
)

// distinguished are names that differ in case, spaces, order or quotation
// marks.
var distinguished = rapid.SampledFrom([]string{
	"", "CN=EX01", "CN=EX01", "cn=ex01", "CN=EX01 ", "CN=Contoso CA", "CN=Contoso CA, DC=contoso, DC=test",
	`CN=EX01, O="Contoso, Ltd.", S=Washington, C=US`, `CN=EX01, O="Contoso, Ltd.", ST=Washington, C=US`,
	"CN=MÜNCHEN", "CN=münchen", "CN=EX01<S>CN=EX01", "CN=\u212aiel", "CN=kiel",
})

// tlsCertificateName is usually that of a certificate in the store, unchanged
// or slightly changed.
func tlsCertificateName(t *rapid.T, store []gather.Certificate) *string {
	if len(store) == 0 || rapid.IntRange(0, 3).Draw(t, "no name") == 0 {
		return optional(rapid.SampledFrom([]string{"", "<I><S>", "<I>CN=EX01<S>CN=EX01", "CN=EX01", " "})).Draw(t, "tls_certificate_name")
	}
	c := store[rapid.IntRange(0, len(store)-1).Draw(t, "named")]
	name := "<I>" + c.Issuer + "<S>" + c.Subject
	switch rapid.IntRange(0, 11).Draw(t, "change") {
	case 0:
		name += " "
	case 1:
		name = strings.ToUpper(name)
	case 2:
		name = strings.ToLower(name)
	case 3:
		name = "<S>" + c.Subject + "<I>" + c.Issuer
	case 4:
		name = strings.ReplaceAll(name, ", ", ",")
	case 5:
		name = strings.TrimSuffix(name, " ")
	}
	return &name
}

// connector usually searches for a certificate in the store.
func connector(t *rapid.T, doc *gather.Document) gather.Connector {
	host := doc.Host
	fqdns := []string{"", "", "ex01.corp.contoso.test", host.PhysicalDNSFQDN, host.DNSFQDN, host.DNSHostName}
	for _, c := range doc.Certificates {
		fqdns = append(append(fqdns, c.DNSNames...), c.SubjectCommonNames...)
	}
	return gather.Connector{
		Name: rapid.SampledFrom([]string{"Default EX01", "Default Frontend EX01", "Client Frontend EX01"}).Draw(t, "name"),
		AuthMechanisms: rapid.SampledFrom([][]string{
			{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer"}, {"Tls", "ExchangeServer"}, {"Tls", "ExchangeServer"},
			{"ExchangeServer", "ExchangeServer"}, {"ExchangeServer"}, {"Tls"},
			{"Tls", "BasicAuth", "ExternalAuthoritative"}, {"BasicAuth", "BasicAuthRequireTLS"}, {"None"}, {},
		}).Draw(t, "auth_mechanisms"),
		Enabled: optional(rapid.SampledFrom([]bool{true, true, true, false})).Draw(t, "enabled"),
		FQDN: rapid.OneOf(rapid.SampledFrom(fqdns), rapid.SampledFrom(fqdns), rapid.SampledFrom(names), rapid.SampledFrom([]string{
			"EX01.contoso.test", "a.b.contoso.test", "contoso.test", "ex01.corp.contoso.test.", ".corp.contoso.test", "mail.CORP.contoso.test",
		})).Draw(t, "fqdn"),
		TLSCertificateName:    tlsCertificateName(t, doc.Certificates),
		SuppressXAnonymousTLS: optional(rapid.SampledFrom([]bool{false, false, true})).Draw(t, "suppress_x_anonymous_tls"),
		RequireTLS:            optional(rapid.SampledFrom([]bool{false, false, true})).Draw(t, "require_tls"),
		TransportRole:         rapid.SampledFrom([]string{"", "FrontendTransport", "HubTransport"}).Draw(t, "transport_role"),
		RemoteIPRanges:        rapid.SampledFrom([][]string{nil, {}, {"0.0.0.0-255.255.255.255"}}).Draw(t, "remote_ip_ranges"),
		TLSDomainCapabilities: rapid.SampledFrom([][]string{nil, {}, {"contoso.test:AcceptCloudServicesMail"}}).Draw(t, "tls_domain_capabilities"),
	}
}

// addressSpaces are those of the organization in every valid spelling, and
// similar ones.
var addressSpaces = rapid.SampledFrom([]string{
	"--", "SMTP:--;1", "smtp:--", "--;1", "Smtp:--;100", "SMTP:--;",
	"SMTP:*;1", "*", "SMTP:contoso.test;1", "X400:--;1", "X.500:--", " --", "-- ", "SMTP: --;1", " SMTP:--;1", "SMTP :--",
	"SMTP:-- ;1", "SMTP:---;1", "-", "--.contoso.test", "SMTP:*.--;1", "SMTP;--", "", "SMTP:;1",
})

var sendConnectors = rapid.Custom(func(t *rapid.T) gather.SendConnector {
	return gather.SendConnector{
		Name:    rapid.SampledFrom([]string{"Internet", "EdgeSync - Inbound to Default-First-Site-Name", "Default EX01"}).Draw(t, "name"),
		Enabled: optional(rapid.SampledFrom([]bool{true, true, true, false})).Draw(t, "enabled"),
		FQDN:    rapid.SampledFrom([]string{"", "mail.contoso.test"}).Draw(t, "fqdn"),
		SmartHostAuthMechanism: rapid.SampledFrom([]string{
			"ExchangeServer", "ExchangeServer", "ExchangeServer", "", "None", "BasicAuth", "BasicAuthRequireTLS", "ExternalAuthoritative",
		}).Draw(t, "smart_host_auth_mechanism"),
		SmartHosts:               rapid.SampledFrom([][]string{nil, {}, {"--"}}).Draw(t, "smart_hosts"),
		AddressSpaces:            rapid.OneOf(rapid.SliceOfN(addressSpaces, 1, 1), rapid.SliceOfN(addressSpaces, 1, 1), rapid.SliceOfN(addressSpaces, 0, 3), rapid.Just[[]string](nil)).Draw(t, "address_spaces"),
		TLSCertificateName:       rapid.SampledFrom([]string{"", "<I>CN=EX01<S>CN=EX01"}).Draw(t, "tls_certificate_name"),
		RequireTLS:               optional(rapid.Bool()).Draw(t, "require_tls"),
		TLSAuthLevel:             optional(rapid.SampledFrom([]string{"EncryptionOnly", "CertificateValidation", "DomainValidation"})).Draw(t, "tls_auth_level"),
		TLSDomain:                rapid.SampledFrom([]string{"", "contoso.test"}).Draw(t, "tls_domain"),
		CloudServicesMailEnabled: optional(rapid.Bool()).Draw(t, "cloud_services_mail_enabled"),
		IgnoreSTARTTLS:           optional(rapid.Bool()).Draw(t, "ignore_starttls"),
		SourceServers:            rapid.SampledFrom([][]string{nil, {}, {"EX01"}, {"EX02"}}).Draw(t, "source_servers"),
	}
})

// drawOptional adds optional facts.
func drawOptional(t *rapid.T, doc *gather.Document) {
	doc.GatheredAt = rapid.SampledFrom([]string{"", now, past}).Draw(t, "gathered_at")
	doc.ExchangeVersion = rapid.SampledFrom([]string{
		"", "6.5", "8.3.83.6", "08.1.240", "13.9", "14.0", "14.3.513.0", "15.0", "15.1.2507.6", "15.2.1748.10", "15.02.1748.10", "16.0", "140.1", "0.0",
	}).Draw(t, "exchange_version")
	doc.Procedure = rapid.SampledFrom([]string{"", "", "", "", "2007", "2010", "2016"}).Draw(t, "procedure")
	doc.Roles = rapid.SampledFrom([][]string{
		nil, {}, {"Mailbox"}, {"Mailbox", "ClientAccess"}, {"Mailbox", "ClientAccess"}, {"ClientAccess"}, {"UnifiedMessaging", "ClientAccess"},
		{"HubTransport"}, {"HubTransport", "ClientAccess", "Mailbox"}, {"EdgeTransport"}, {"EdgeTransport"}, {"EdgeTransport", "HubTransport"},
	}).Draw(t, "roles")
	if rapid.IntRange(0, 3).Draw(t, "send connectors gathered") > 0 {
		doc.SendConnectors = rapid.SliceOfN(sendConnectors, 0, 3).Draw(t, "send_connectors")
	}
	if sometimes(t, "organization") {
		doc.EdgeSubscriptions = rapid.SampledFrom([][]gather.EdgeSubscription{{}, {{Name: "EDGE01"}}, {{Name: "EDGE01", Thumbprint: &thumbprints[0]}}}).Draw(t, "edge_subscriptions")
		doc.Hybrid = rapid.SampledFrom([]*gather.Hybrid{nil, {}, {TLSCertificateName: new("<I>CN=EX01<S>CN=EX01")}}).Draw(t, "hybrid")
		doc.ExchangeServerAddresses = rapid.SampledFrom([][]string{nil, {}, {"10.0.0.11", "fd00::11"}}).Draw(t, "exchange_server_addresses")
	}
}
