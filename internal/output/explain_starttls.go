package output

import (
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// explainSTARTTLS tells the seven steps, connector by connector. Connectors of
// which the same is true are told about once.
func (p *page) explainSTARTTLS(s server) {
	p.title("Inbound STARTTLS", "-")
	p.line("")
	connectors := s.of(evaluate.InboundSTARTTLS)
	if len(connectors) == 0 {
		p.tell("%s has no Receive connector.", s.Server)
		p.line("")
		return
	}
	var texts []string
	for i, connector := range connectors {
		told := &page{Style: p.Style, names: p.names}
		told.startTLSSteps(s, s.facts.Connectors[i], connector)
		texts = append(texts, told.String())
	}
	texts, names := alike(texts, namesOf(connectors))
	for i, text := range texts {
		p.prose(2, "%s", p.paint(bold, "Connector "+quoted(names[i])))
		p.WriteString(text)
		p.line("")
	}
}

// startTLSSteps tells the steps of one connector, to where the process stops. It
// does not name the connector.
func (p *page) startTLSSteps(s server, facts gather.Connector, u use) {
	c := u.STARTTLS
	if is(c.StoppedAt, "connector_disabled") {
		p.tell("Step 1. The connector is disabled. The process stops: it accepts no session.")
		return
	}
	p.tell("Step 1. The connector is enabled. The process continues.")
	if is(c.StoppedAt, "tls_auth_disabled") {
		p.tell("Step 2. The AuthMechanism is %s, without Tls. The process stops: STARTTLS is %s, and no event is logged.",
			authMechanism(facts), p.paint(red, "not offered"))
		return
	}
	p.tell("Step 2. The AuthMechanism has Tls. The process continues.")
	if c.SearchedFor == nil { // a place to stop at that is not known here
		p.tell("The process stops: %s.", s.why(u))
		return
	}
	p.tell("Step 3. %s", s.searches(facts, *c.SearchedFor))
	matching := len(c.Eligible) + len(c.Ineligible)
	if matching == 0 {
		p.tell("Step 4. No certificate of the store matches. The process stops: STARTTLS is %s. Exchange logs event 12014.",
			p.paint(red, "not offered"))
		return
	}
	p.tell("Step 4. %s. The process continues.", count(matching, "certificate matches", "certificates match"))
	p.matching(s, c)
	if len(c.Eligible) == 0 {
		p.tell("None is eligible. The process stops: STARTTLS is %s. Exchange logs event 12014.", p.paint(red, "not offered"))
		return
	}
	if c.Thumbprint == nil {
		p.tell("Step 6. None of the eligible certificates is a valid PKI certificate, self-signed, or an expired PKI certificate. "+
			"The process stops: STARTTLS is %s. Exchange logs event 12014.", p.paint(red, "not offered"))
		return
	}
	p.tell("Step 6. Of the eligible certificates, the most recent first, %s is chosen: %s.", *c.Thumbprint, s.whyChosen(c))
	certificate := s.store[*c.Thumbprint]
	if is(c.Expired, true) {
		p.tell("Step 7. Its validity ended on %s (%s). Exchange logs event 12016. STARTTLS is still %s.",
			certificate.NotAfter, s.left(certificate), p.paint(green, "offered"))
		return
	}
	p.tell("Step 7. Its validity ends on %s (%s). STARTTLS is %s.", certificate.NotAfter, s.left(certificate), p.paint(green, "offered"))
}

// searches says what a certificate must match, and why that.
func (s server) searches(facts gather.Connector, by evaluate.SearchedFor) string {
	ignored := ""
	if facts.TLSCertificateName != nil && *facts.TLSCertificateName != "" && by.By != "tls_certificate_name" {
		ignored = " TlsCertificateName is set, and ignored before Exchange 2013."
	}
	switch by.By {
	case "tls_certificate_name":
		return "TlsCertificateName is set: a certificate must have this issuer and subject, " + by.Value + "."
	case "fqdn":
		return "A certificate must have the connector's FQDN, " + by.Value + "." + ignored
	}
	return "The connector has no FQDN: a certificate must have the physical DNS FQDN, " + by.Value + "." + ignored
}

// matching lists the matching certificates and whether they are eligible.
func (p *page) matching(s server, c *evaluate.STARTTLSConnector) {
	p.tell("Step 5. A certificate is eligible if it is X.509 version 3 or later, has a private key, and is enabled for SMTP.")
	for _, certificate := range s.facts.Certificates {
		thumbprint := certificate.Thumbprint
		verdict := p.paint(green, "eligible")
		if failed, ok := c.Ineligible[thumbprint]; ok {
			verdict = p.paint(red, "not eligible: "+s.reasons(failed, certificate))
		} else if !slices.Contains(c.Eligible, thumbprint) {
			continue
		}
		p.prose(6, "    %s  %s", thumbprint, title(certificate))
		p.prose(6, "      %s", verdict)
		if slices.Contains(c.Ineligible[thumbprint], "smtp_not_enabled") {
			p.prose(6, "      Exchange may still choose it, and TLS then fails. Either way no session is encrypted.")
		}
	}
}

// whyChosen says why step 6 takes the certificate.
func (s server) whyChosen(c *evaluate.STARTTLSConnector) string {
	switch {
	case is(c.Kind, "pki"):
		return "the first valid PKI certificate; " + chain(s.store[*c.Thumbprint])
	case is(c.Kind, "self_signed"):
		return "the first self-signed one, because none is a valid PKI certificate"
	case is(c.Kind, "expired_pki"):
		return "the first expired PKI certificate, because none is a valid PKI certificate or self-signed"
	}
	return strings.ReplaceAll(*c.Thumbprint, "\n", " ")
}
