package oracle

import (
	"slices"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// inboundAnonymous evaluates the nine steps.
func (s server) inboundAnonymous() evaluate.InboundAnonymousDecision {
	domains := domainList(s.Host)
	eligible, ineligible := partition(pointers(s.Certificates), func(c *gather.Certificate) []string {
		why := reasons(c)
		if !slices.ContainsFunc(names(c), func(name string) bool { return slices.Contains(domains, name) }) {
			why = append(why, "name_mismatch")
			slices.Sort(why)
		}
		return why
	})
	d := evaluate.InboundAnonymousDecision{
		Server:      s.Server,
		Phase:       s.phase,
		EvaluatedAt: s.now,
		Procedure:   s.procedure,
		Connectors:  []evaluate.AnonymousConnector{},
		Domains:     domains,
		Eligible:    thumbprints(eligible),
		Ineligible:  ineligible,
		InputErrors: []string{},
	}
	asked := false
	for _, c := range s.Connectors {
		stop := s.stopInboundAnonymous(c)
		asked = asked || stop == ""
		d.Connectors = append(d.Connectors, s.inboundAnonymousConnector(c.Name, stop))
	}
	d.Thumbprint, d.Expired = s.internalTransportCertificate()
	if best, kind := s.first(eligible, "pki", "self_signed"); best != nil {
		d.Best, d.BestKind = &best.Thumbprint, &kind
		if s.loaded != nil {
			d.MatchesBest = new(s.loaded.Thumbprint == best.Thumbprint)
		}
	}
	d.Events = s.internalEvents(asked)
	if asked && s.procedure != "2016" && d.MatchesBest != nil && !*d.MatchesBest {
		d.Events = append(d.Events, evaluate.Event{ID: 1037, Source: transport, Step: 9, Severity: "warning"})
	}
	return d
}

// stopInboundAnonymous returns where a connector stops before step 3: because
// it is disabled (reading 4), at step 2, or because of SuppressXAnonymousTls.
// It returns "" if the connector does not stop.
func (s server) stopInboundAnonymous(c gather.Connector) string {
	switch {
	case !enabled(c.Enabled):
		return stopConnectorDisabled
	case !slices.Contains(c.AuthMechanisms, "ExchangeServer"):
		return stopExchangeServerAuth
	case s.procedure != "2007" && c.SuppressXAnonymousTLS != nil && *c.SuppressXAnonymousTLS:
		return stopSuppressed
	}
	return ""
}

func (s server) inboundAnonymousConnector(name, stop string) evaluate.AnonymousConnector {
	c := evaluate.AnonymousConnector{Name: name}
	switch {
	case stop != "":
		c.StoppedAt = &stop
	case s.loaded == nil:
		c.StoppedAt = &s.stop
	default:
		c.Advertise, c.Thumbprint = true, &s.loaded.Thumbprint
	}
	return c
}

// domainList is step 6. An empty NLB cluster name replaces nothing.
func domainList(h *gather.Host) []string {
	domains := notEmpty([]string{h.DNSHostName, h.PhysicalDNSFQDN, h.PhysicalDNSHostName})
	if clusters := notEmpty(h.NLBClusterNames); len(clusters) > 0 {
		domains = append(domains, clusters...)
	} else {
		domains = append(domains, notEmpty([]string{h.DNSFQDN})...)
	}
	slices.Sort(domains)
	return slices.Compact(domains)
}
