package output

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

type htmlFact struct{ Name, Value string }

type htmlTable struct {
	Title  string
	Header []string
	Rows   [][]string
}

// Facts has what is known of the server besides its connectors and
// certificates.
func (s *htmlSheet) Facts() []htmlFact {
	var facts []htmlFact
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, htmlFact{name, value})
		}
	}
	add("Exchange version", s.facts.ExchangeVersion)
	add("Roles", strings.Join(s.facts.Roles, ", "))
	if host := s.facts.Host; host != nil {
		add("DNS FQDN", host.DNSFQDN)
		add("DNS host name", host.DNSHostName)
		add("Physical DNS FQDN", host.PhysicalDNSFQDN)
		add("Physical DNS host name", host.PhysicalDNSHostName)
		add("NLB cluster names", strings.Join(host.NLBClusterNames, ", "))
	}
	if directory := s.facts.Directory; directory != nil {
		add("Internal transport certificate", s.directory())
		add("Directory", directory.Error)
	}
	for _, subscription := range s.facts.EdgeSubscriptions {
		add("Edge subscription", strings.TrimSpace(subscription.Name+" "+orEmpty(subscription.Thumbprint)))
	}
	if hybrid := s.facts.Hybrid; hybrid != nil {
		add("Hybrid TlsCertificateName", cmp.Or(orEmpty(hybrid.TLSCertificateName), "none"))
	}
	of := map[string][]string{}
	for _, section := range slices.Sorted(maps.Keys(s.facts.Sources)) {
		of[s.facts.Sources[section]] = append(of[s.facts.Sources[section]], strings.ReplaceAll(section, "_", " "))
	}
	for _, source := range slices.Sorted(maps.Keys(of)) {
		add("Source", source+": "+list(of[source]))
	}
	add("Document", printable.Line(s.checked.Document))
	return facts
}

// Tables has the certificates and the connectors.
func (s *htmlSheet) Tables() []htmlTable {
	certificates := htmlTable{
		Title:  "Certificates",
		Header: []string{"Thumbprint", "Subject and names", "Issuer", "Valid", "Private key", "Services", "Chain", "Key"},
	}
	for _, c := range s.facts.Certificates {
		certificates.Rows = append(certificates.Rows, []string{
			c.Thumbprint, fmt.Sprintf("%s; %s", c.Subject, cmp.Or(some(names(c)), "none")), signedBy(c), when(c.NotBefore) + " to " + when(c.NotAfter),
			yesNo(c.HasPrivateKey), servicesCell(c), chainCell(c), strings.TrimSpace(fmt.Sprintf("%s %s %s", c.KeyAlgorithm, bits(c.KeyBits), c.SignatureAlgorithm)),
		})
	}
	receive := htmlTable{
		Title:  "Receive connectors",
		Header: []string{"Name", "Enabled", "AuthMechanism", "FQDN", "TlsCertificateName", "RequireTls", "Bindings", "RemoteIPRanges"},
	}
	for _, c := range s.facts.Connectors {
		receive.Rows = append(receive.Rows, []string{
			c.Name, enabled(c.Enabled), authMechanism(c), c.FQDN, orEmpty(c.TLSCertificateName), yesNo(c.RequireTLS),
			some(c.Bindings), some(c.RemoteIPRanges),
		})
	}
	send := htmlTable{
		Title:  "Send connectors",
		Header: []string{"Name", "Enabled", "FQDN", "Address spaces", "Smart hosts", "SmartHostAuthMechanism", "TlsCertificateName", "RequireTls"},
	}
	for _, c := range s.facts.SendConnectors {
		send.Rows = append(send.Rows, []string{
			c.Name, enabled(c.Enabled), c.FQDN, some(c.AddressSpaces), some(c.SmartHosts), c.SmartHostAuthMechanism, c.TLSCertificateName, yesNo(c.RequireTLS),
		})
	}
	return slices.DeleteFunc([]htmlTable{certificates, receive, send}, func(t htmlTable) bool { return len(t.Rows) == 0 })
}

// chainCell is chain, and does not repeat the validity beside it.
func chainCell(c gather.Certificate) string {
	trust := c.Trust
	if trust.Chain == gather.ChainTrusted && !is(trust.Revoked, true) && is(trust.ValidFrom, c.NotBefore) && is(trust.ValidUntil, c.NotAfter) {
		return "trusted while it is valid" + inBrackets(trust.Error)
	}
	return chain(c)
}

func bits(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d", n)
}

func yesNo(value *bool) string {
	switch {
	case value == nil:
		return "not known"
	case *value:
		return "yes"
	}
	return "no"
}

// enabled is yes where nothing is said.
func enabled(value *bool) string {
	if value == nil {
		return "yes"
	}
	return yesNo(value)
}
