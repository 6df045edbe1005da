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
	for _, certificate := range s.facts.Certificates {
		uses := s.uses(certificate.Thumbprint)
		row := []painted{
			plain(certificate.Thumbprint) + "\n" + plain(title(certificate)), lines(uses),
			plain(servicesCell(certificate)), p.validUntil(s, certificate),
		}
		if len(uses) == 0 {
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

// uses says what each scenario uses a certificate for.
func (s server) uses(thumbprint string) []string {
	var uses []string
	if s.which.has(evaluate.InboundAnonymous) {
		switch {
		case is(s.Thumbprint, thumbprint) && s.advertises():
			uses = append(uses, "X-ANONYMOUSTLS")
		case is(s.Thumbprint, thumbprint):
			uses = append(uses, "internal transport certificate")
		case is(s.Best, thumbprint) && s.decision.Procedure != "2016": // there it is advice
			uses = append(uses, "best for X-ANONYMOUSTLS, not in use")
		}
	}
	if connectors := s.startTLSConnectors(thumbprint); len(connectors) > 0 && s.which.has(evaluate.InboundSTARTTLS) {
		uses = append(uses, "STARTTLS: "+some(connectors))
	}
	if !s.which.has(evaluate.OutboundAnonymous) {
		return uses
	}
	for _, route := range s.decision.OutboundAnonymous.Routes {
		if route.UsesAnonymousTLS && is(route.Thumbprint, thumbprint) {
			uses = append(uses, "mail to "+routeName(route))
		}
	}
	return uses
}

func (s server) startTLSConnectors(thumbprint string) []string {
	var names []string
	for _, connector := range s.decision.InboundSTARTTLS.Connectors {
		if is(connector.Thumbprint, thumbprint) {
			names = append(names, connector.Name)
		}
	}
	return names
}

// routeName names a way out of the server.
func routeName(route evaluate.Route) string {
	if route.Connector == nil {
		return "the organization's servers"
	}
	return *route.Connector
}
