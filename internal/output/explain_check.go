package output

import (
	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// Steps 6 to 9 check the loaded certificate and never replace it. Where none
// is loaded they are still told: the best certificate is the way out.

func tellDomains(p *page, s server) {
	if s.Thumbprint == nil {
		p.tell("No session comes to steps 6 to 9. They tell which certificate could be loaded instead.")
	}
	host := s.facts.Host
	if len(host.NLBClusterNames) > 0 {
		p.tell("NLB cluster names are set: %s, in place of the DNS FQDN, %s.", list(host.NLBClusterNames), host.DNSFQDN)
	} else {
		p.tell("The DNS FQDN is %s.", host.DNSFQDN)
	}
	p.tell("The DNS host name is %s, the physical DNS FQDN %s, the physical DNS host name %s.",
		host.DNSHostName, host.PhysicalDNSFQDN, host.PhysicalDNSHostName)
	p.tell("The domain list, each name once and in lower case: %s.", list(s.Domains))
}

func tellEligible(p *page, s server) {
	p.tell("Eligible is a certificate of X.509 version 3 or later that has a private key and a name of the domain list and is enabled for SMTP.")
	if len(s.facts.Certificates) == 0 {
		p.tell("The store is empty.")
	}
	for _, certificate := range s.facts.Certificates {
		verdict := p.paint(green, "eligible")
		if failed, ok := s.Ineligible[certificate.Thumbprint]; ok {
			verdict = p.paint(red, "not eligible: "+s.reasons(failed, certificate))
		}
		p.prose(4, "  %s  %s", plain(certificate.Thumbprint), title(certificate))
		p.prose(4, "    %s", verdict)
	}
	if n := len(s.facts.Certificates); n > 0 {
		p.tell("So %d of %d.", len(s.Eligible), n)
	}
}

func tellBest(p *page, s server) {
	if len(s.Eligible) == 0 {
		p.tell("No certificate is eligible, so there is no best.")
		return
	}
	p.tell("The eligible certificates, the most recent first. The best is the first that is a valid PKI certificate; if " +
		"there is none, the first that is self-signed.")
	for place, thumbprint := range s.Eligible {
		p.prose(7, "  %3d  %s  valid from %s", place+1, thumbprint, s.store[thumbprint].NotBefore)
		p.prose(7, "       %s", s.whyBest(place))
	}
	if s.Best == nil {
		p.tell("None is the one or the other, so there is no best.")
	}
}

func tellComparison(p *page, s server) {
	switch {
	case s.Thumbprint == nil:
		p.tell("Nothing is loaded, so there is nothing to compare.")
	case is(s.MatchesBest, true):
		p.tell("Yes: %s. No event is logged.", *s.Best)
	case is(s.MatchesBest, false) && s.event(1037) != nil:
		p.tell("No: the best is %s, the loaded one %s. Exchange logs event 1037 and serves %s all the same.",
			*s.Best, *s.Thumbprint, *s.Thumbprint)
	case is(s.MatchesBest, false):
		p.tell("No: the best is %s, the loaded one %s. %s", *s.Best, *s.Thumbprint, s.logged(1037))
	default:
		p.tell("There is no best certificate to compare the loaded one with. No event is logged, and %s stays loaded.", *s.Thumbprint)
	}
}

func tellOutcome(p *page, s server) {
	var offered, not []evaluate.AnonymousConnector
	for _, connector := range s.Connectors {
		if connector.Advertise {
			offered = append(offered, connector)
		} else {
			not = append(not, connector)
		}
	}
	if len(offered) > 0 {
		p.tell("%s %s and %s %s.", quoted(offered), p.paint(green, verb(offered, "offers", "offer")+" X-ANONYMOUSTLS"),
			verb(offered, "serves", "serve"), *offered[0].Thumbprint)
	}
	if len(not) > 0 {
		p.tell("%s %s X-ANONYMOUSTLS.", quoted(not), p.paint(red, verb(not, "does not offer", "do not offer")))
	}
	if len(s.Connectors) == 0 {
		p.tell("Without a connector nothing is offered.")
	}
}

func verb(connectors []evaluate.AnonymousConnector, one, many string) string {
	if len(connectors) == 1 {
		return one
	}
	return many
}

// whyBest says why step 8 picks the eligible certificate at that place of the
// order, or why it does not.
func (s server) whyBest(place int) string {
	thumbprint := s.Eligible[place]
	certificate := s.store[thumbprint]
	best := s.place(s.Best)
	switch {
	case place == best && is(s.BestKind, "pki"):
		return "best: the first valid PKI certificate; " + chain(certificate)
	case place == best:
		return "best: self-signed, and no eligible certificate is a valid PKI certificate"
	case is(s.BestKind, "pki") && place > best, is(certificate.SelfSigned, true) && is(s.BestKind, "self_signed"):
		return "comes after the best: " + s.whyAfter(best, certificate)
	}
	return "not best: " + s.notPKI(certificate)
}

// whyAfter says why one certificate comes after another in the order.
func (s server) whyAfter(place int, certificate gather.Certificate) string {
	if s.store[s.Eligible[place]].NotBefore == certificate.NotBefore {
		return "of the same age, with a higher thumbprint"
	}
	return "it is older"
}

// notPKI says what keeps a certificate that the policies did not take for a
// valid PKI certificate from being one.
func (s server) notPKI(certificate gather.Certificate) string {
	why := chain(certificate)
	switch {
	case certificate.SelfSigned == nil:
		return "whether it is self-signed is not known"
	case *certificate.SelfSigned:
		return "it is self-signed, and there is a valid PKI certificate"
	}
	trust := certificate.Trust
	if trust.Chain == gather.ChainTrusted && !is(trust.Revoked, true) && trust.ValidFrom != nil && trust.ValidUntil != nil {
		why += ", and not at " + s.EvaluatedAt
	}
	return "not self-signed, and not a valid PKI certificate: " + why
}
