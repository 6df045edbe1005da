package output

import "github.com/transportcert/transportcert/evaluate"

// Steps 6 to 9 check the loaded certificate and never replace it. Where none
// is loaded they are still told: the best certificate is the way out.

func tellDomains(p *page, s server) {
	if s.Thumbprint == nil {
		p.tell("No session reaches steps 6 to 9. They show which certificate could be loaded instead.")
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
	p.tell("A certificate is eligible if it is X.509 version 3 or later, has a private key and a name on the domain list, and is enabled for SMTP.")
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
		p.tell("%d of %s eligible.", len(s.Eligible), count(n, "certificate is", "certificates are"))
	}
}

func tellBest(p *page, s server) {
	if len(s.Eligible) == 0 {
		p.tell("No certificate is eligible, so there is no best.")
		return
	}
	p.tell("The eligible certificates, the most recent first. The best is the first that is a valid PKI certificate; if " +
		"there is none, the first that is self-signed.")
	for i, ranked := range s.ranking {
		p.prose(7, "  %3d  %s  valid from %s", i+1, ranked.Thumbprint, s.store[ranked.Thumbprint].NotBefore)
		p.prose(7, "       %s", s.whyRanked(ranked))
	}
	if s.Best == nil {
		p.tell("None is a valid PKI certificate or self-signed, so there is no best.")
	}
}

func tellComparison(p *page, s server) {
	switch {
	case s.Thumbprint == nil:
		p.tell("Nothing is loaded, so there is nothing to compare.")
	case is(s.MatchesBest, true):
		p.tell("Yes: %s. No event is logged.", *s.Best)
	case is(s.MatchesBest, false) && s.event(1037) != nil:
		p.tell("No: the best certificate is %s, and the loaded one is %s. Exchange logs event 1037 and still uses %s.",
			*s.Best, *s.Thumbprint, *s.Thumbprint)
	case is(s.MatchesBest, false):
		p.tell("No: the best certificate is %s, and the loaded one is %s. %s", *s.Best, *s.Thumbprint, s.logged(1037))
	default:
		p.tell("There is no best certificate to compare with the loaded one. No event is logged, and %s stays loaded.", *s.Thumbprint)
	}
}

func tellOutcome(p *page, s server) {
	connectors := s.of(evaluate.InboundAnonymous)
	offered := only(connectors, func(u use) bool { return u.Offered })
	not := only(connectors, func(u use) bool { return !u.Offered })
	if len(offered) > 0 {
		p.tell("%s %s and %s %s.", quoted(namesOf(offered)), p.paint(green, plural(offered, "offers", "offer")+" X-ANONYMOUSTLS"),
			plural(offered, "serves", "serve"), *offered[0].Thumbprint)
	}
	if len(not) > 0 {
		p.tell("%s %s X-ANONYMOUSTLS.", quoted(namesOf(not)), p.paint(red, plural(not, "does not offer", "do not offer")))
	}
	if len(connectors) == 0 {
		p.tell("Without a connector nothing is offered.")
	}
}

// whyRanked says what decides whether an eligible certificate is best.
func (s server) whyRanked(ranked evaluate.Ranked) string {
	certificate := s.store[ranked.Thumbprint]
	switch ranked.Because {
	case "best":
		if is(s.BestKind, "pki") {
			return "best: the first valid PKI certificate; " + chain(certificate)
		}
		return "best: the first self-signed certificate; no eligible certificate is a valid PKI certificate"
	case "older":
		return "not best: older than the best certificate"
	case "higher_thumbprint":
		return "not best: as old as the best certificate, and its thumbprint is higher"
	case "self_signed":
		return "not best: self-signed, and there is a valid PKI certificate"
	case "self_signed_unknown":
		return "not best: not known whether it is self-signed"
	case "chain_not_valid_yet":
		return notPKI + chain(certificate) + ", so not yet at " + s.EvaluatedAt
	case "chain_expired":
		return notPKI + chain(certificate) + ", so no longer at " + s.EvaluatedAt
	}
	return notPKI + chain(certificate)
}

const notPKI = "not best: neither self-signed nor a valid PKI certificate: "
