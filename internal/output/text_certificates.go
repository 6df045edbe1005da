package output

import (
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// certificates shows the certificates of the store: those in use first.
func (p *page) certificates(s server) {
	if len(s.facts.Certificates) == 0 {
		p.line("The certificate store is empty.")
		p.line("")
		return
	}
	var used, unused [][]painted
	all := s.uses()
	for _, certificate := range s.facts.Certificates {
		purposes := s.purposes(certificate.Thumbprint, all)
		row := []painted{
			plain(certificate.Thumbprint) + "\n" + plain(title(certificate)), lines(purposes),
			plain(servicesCell(certificate)), p.validUntil(s, certificate),
		}
		if len(purposes) == 0 {
			row[1] = "-"
			unused = append(unused, row)
			continue
		}
		used = append(used, row)
	}
	p.table([]string{"Certificate", "Used for", "Services", "Valid until"}, append(used, unused...))
}

func servicesCell(certificate gather.Certificate) string {
	switch {
	case certificate.Services == nil:
		return "not known"
	case len(certificate.Services) == 0:
		return "none"
	}
	return strings.Join(certificate.Services, ", ")
}

func (p *page) validUntil(s server, certificate gather.Certificate) painted {
	left := plain(s.left(certificate))
	if certificate.NotAfter < s.EvaluatedAt {
		left = p.paint(red, s.left(certificate))
	}
	return plain(day(certificate.NotAfter)) + "\n" + left
}

// lines puts texts on a line each.
func lines(texts []string) painted {
	var all []string
	for _, text := range texts {
		all = append(all, string(plain(text)))
	}
	return painted(strings.Join(all, "\n"))
}

// purposes says what each scenario uses a certificate for.
func (s server) purposes(thumbprint string, uses []use) []string {
	var purposes, connectors, routes []string
	advertised := false
	for _, u := range uses {
		switch {
		case u.Scenario == evaluate.InboundAnonymous:
			advertised = advertised || u.Offered
		case !is(u.Thumbprint, thumbprint):
		case u.Scenario == evaluate.InboundSTARTTLS:
			connectors = append(connectors, u.name())
		case u.Offered:
			routes = append(routes, "mail to "+u.name())
		}
	}
	if s.which.has(evaluate.InboundAnonymous) {
		switch {
		case is(s.Thumbprint, thumbprint) && advertised:
			purposes = append(purposes, "X-ANONYMOUSTLS")
		case is(s.Thumbprint, thumbprint):
			purposes = append(purposes, "internal transport certificate")
		case is(s.Best, thumbprint) && s.decision.Procedure != "2016": // there it is advice
			purposes = append(purposes, "best for X-ANONYMOUSTLS, not in use")
		}
	}
	if len(connectors) > 0 {
		purposes = append(purposes, "STARTTLS: "+some(connectors))
	}
	return append(purposes, routes...)
}
