package oracle

import (
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

func (s server) inboundSTARTTLS() evaluate.InboundSTARTTLSDecision {
	d := evaluate.InboundSTARTTLSDecision{
		Server:      s.Server,
		EvaluatedAt: s.now,
		Procedure:   s.procedure,
		Connectors:  []evaluate.STARTTLSConnector{},
		Events:      []evaluate.Event{},
		InputErrors: []string{},
	}
	for _, c := range s.Connectors {
		verdict, failed := s.inboundSTARTTLSConnector(c)
		d.Connectors = append(d.Connectors, verdict)
		if failed == 0 {
			continue
		}
		e := evaluate.Event{ID: 12014, Source: transport, Step: failed, Severity: "error", Connector: &c.Name}
		if failed == 7 {
			e.ID, e.SymbolicName = 12016, new("STARTTLSCertificateExpired")
		}
		if c.TransportRole == "FrontendTransport" {
			e.Source = frontEndTransport
		}
		d.Events = append(d.Events, e)
	}
	return d
}

// inboundSTARTTLSConnector evaluates the seven steps for one connector. It
// returns the step that failed with an event, or 0 if none did.
func (s server) inboundSTARTTLSConnector(c gather.Connector) (v evaluate.STARTTLSConnector, failed int) {
	v = evaluate.STARTTLSConnector{Name: c.Name, Eligible: []string{}, Ineligible: map[string][]string{}}
	if !enabled(c.Enabled) { // step 1
		v.StoppedAt = new(stopConnectorDisabled)
		return v, 0
	}
	if !slices.Contains(c.AuthMechanisms, "Tls") { // step 2
		v.StoppedAt = new(stopTLSAuth)
		return v, 0
	}
	v.SearchedFor = s.searchedFor(c) // step 3
	var matching []*gather.Certificate
	for _, certificate := range pointers(s.Certificates) {
		if matches(certificate, v.SearchedFor) {
			matching = append(matching, certificate)
		}
	}
	if len(matching) == 0 { // step 4
		v.StoppedAt = new(stopNotFound)
		return v, 4
	}
	eligible, ineligible := partition(matching, reasons)
	v.Eligible, v.Ineligible = thumbprints(eligible), ineligible
	if len(eligible) == 0 { // step 5
		v.StoppedAt = new(stopNoEligible)
		return v, 5
	}
	best, kind := s.first(eligible, "pki", "self_signed", "expired_pki")
	if best == nil { // step 6
		v.StoppedAt = new(stopNoBest)
		return v, 6
	}
	v.Advertise, v.Thumbprint, v.Kind, v.Expired = true, &best.Thumbprint, &kind, new(s.expired(best))
	if *v.Expired { // step 7
		return v, 7
	}
	return v, 0
}

// searchedFor is step 3.
func (s server) searchedFor(c gather.Connector) *evaluate.SearchedFor {
	switch {
	case s.procedure == "2016" && c.TLSCertificateName != nil && *c.TLSCertificateName != "":
		return &evaluate.SearchedFor{By: "tls_certificate_name", Value: *c.TLSCertificateName}
	case c.FQDN != "":
		return &evaluate.SearchedFor{By: "fqdn", Value: c.FQDN}
	}
	return &evaluate.SearchedFor{By: "physical_fqdn", Value: s.Host.PhysicalDNSFQDN}
}

// matches is readings 1 and 2.
func matches(c *gather.Certificate, f *evaluate.SearchedFor) bool {
	if f.By == "tls_certificate_name" {
		own := strings.ToLower("<I>" + c.Issuer + "<S>" + c.Subject) // like lower in Rego, which folds less than EqualFold
		return own == strings.ToLower(f.Value)
	}
	name := normal(f.Value)
	return name != "" && slices.ContainsFunc(names(c), func(own string) bool {
		return own == name || wildcardMatches(own, name)
	})
}

// wildcardMatches reports whether a name matches a wildcard such as
// *.contoso.test, with exactly one label in place of the asterisk.
func wildcardMatches(wildcard, name string) bool {
	domain, isWildcard := strings.CutPrefix(wildcard, "*.")
	label, rest, found := strings.Cut(name, ".")
	return isWildcard && domain != "" && found && label != "" && rest == domain
}
