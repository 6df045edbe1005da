package output

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
)

// connectors shows of each Receive connector what it offers, with which
// certificate, and why not.
func (p *page) connectors(s server) {
	anonymous, startTLS := s.which.has(evaluate.InboundAnonymous), s.which.has(evaluate.InboundSTARTTLS)
	switch {
	case !anonymous && !startTLS:
		return
	case len(s.Connectors) == 0:
		p.line("%s has no Receive connector.", s.Server)
		p.line("")
		return
	}
	header := []string{"Connector"}
	if anonymous {
		header = append(header, "X-ANONYMOUSTLS")
	}
	if startTLS {
		header = append(header, "STARTTLS")
	}
	var rows [][]painted
	for i, connector := range s.Connectors {
		row := []painted{plain(connector.Name)}
		if anonymous {
			row = append(row, p.anonymous(s, connector))
		}
		if startTLS {
			row = append(row, p.startTLS(s, s.decision.InboundSTARTTLS.Connectors[i]))
		}
		rows = append(rows, row)
	}
	p.table(header, rows)
}

func (p *page) anonymous(s server, connector evaluate.AnonymousConnector) painted {
	if connector.Advertise {
		return p.paint(green, "offered") + plain(", "+s.short(connector.Thumbprint))
	}
	return p.notOffered(connector.StoppedAt, "not offered", s.stopped(connector))
}

func (p *page) startTLS(s server, connector evaluate.STARTTLSConnector) painted {
	if !connector.Advertise {
		return p.notOffered(connector.StoppedAt, "not offered", s.stoppedSTARTTLS(connector))
	}
	cell := p.paint(green, "offered") + plain(", "+s.short(connector.Thumbprint))
	if is(connector.Expired, true) {
		cell += plain(", ") + p.paint(red, "expired")
	}
	return cell
}

// faults are the places where the process stops because something is wrong, and
// not because of a setting of the connector.
var faults = []string{"directory_unreadable", "directory_null", "certificate_not_found", "no_eligible_certificate", "no_best_certificate"}

func (p *page) notOffered(stoppedAt *string, words, why string) painted {
	if stoppedAt != nil && slices.Contains(faults, *stoppedAt) {
		return p.paint(red, words) + plain(": "+why)
	}
	return plain(words + ": " + why)
}

// routes shows which routes use anonymous TLS. The implicit route alone needs
// no table while it does.
func (p *page) routes(s server) {
	routes := s.decision.OutboundAnonymous.Routes
	if !s.which.has(evaluate.OutboundAnonymous) {
		return
	}
	if usual := len(routes) == 0 || len(routes) == 1 && routes[0].UsesAnonymousTLS; usual && s.which.Scenario == "" {
		return
	}
	if len(routes) == 0 {
		p.line("%s sends no mail with anonymous TLS.", s.Server)
		p.line("")
		return
	}
	var rows [][]painted
	for _, route := range routes {
		verdict := p.paint(green, "used") + plain(", "+s.short(route.Thumbprint))
		if !route.UsesAnonymousTLS {
			verdict = p.notOffered(route.StoppedAt, "not used", s.stoppedRoute(route))
		}
		rows = append(rows, []painted{plain(routeName(route)), verdict})
	}
	p.table([]string{"Mail to", "Anonymous TLS"}, rows)
}

// stoppedRoute says why a route does not use anonymous TLS.
func (s server) stoppedRoute(route evaluate.Route) string {
	if is(route.StoppedAt, "not_to_organization") {
		return "no address space is the organization's own (--)"
	}
	return s.stopped(evaluate.AnonymousConnector{StoppedAt: route.StoppedAt})
}

// stoppedSTARTTLS says why a connector does not offer STARTTLS.
func (s server) stoppedSTARTTLS(connector evaluate.STARTTLSConnector) string {
	if connector.StoppedAt == nil {
		return ""
	}
	switch *connector.StoppedAt {
	case "connector_disabled":
		return "the connector is disabled"
	case "tls_auth_disabled":
		return "TLS authentication is off"
	case "certificate_not_found":
		return "no certificate matches " + searchedFor(connector)
	case "no_eligible_certificate":
		return s.noneEligible(connector)
	case "no_best_certificate":
		return "no eligible certificate is self-signed or issued by a trusted CA"
	}
	return *connector.StoppedAt
}

func searchedFor(connector evaluate.STARTTLSConnector) string {
	if connector.SearchedFor == nil {
		return ""
	}
	if connector.SearchedFor.By == "tls_certificate_name" {
		return "TlsCertificateName " + connector.SearchedFor.Value
	}
	return connector.SearchedFor.Value
}

// fewMatches is how many ineligible certificates a sentence names. Of more it says
// how many fail which criterion.
const fewMatches = 3

// noneEligible says why none of the certificates that match is eligible.
func (s server) noneEligible(connector evaluate.STARTTLSConnector) string {
	var failing []string
	for _, thumbprint := range slices.Sorted(maps.Keys(connector.Ineligible)) {
		failing = append(failing, s.called(thumbprint)+" matches, but "+s.reasons(connector.Ineligible[thumbprint], s.store[thumbprint]))
	}
	if len(failing) <= fewMatches {
		return strings.Join(failing, "; ")
	}
	failed := map[string]int{}
	for _, codes := range connector.Ineligible {
		for _, code := range codes {
			failed[code]++
		}
	}
	var counted []string
	for _, code := range slices.Sorted(maps.Keys(failed)) {
		counted = append(counted, fmt.Sprintf("%s (%d)", cmp.Or(criteria[code], code), failed[code]))
	}
	return fmt.Sprintf("none of the %d matching certificates is eligible: %s", len(failing), strings.Join(counted, ", "))
}

// criteria are the reasons of step 5 without a certificate.
var criteria = map[string]string{
	"version_below_3": "X.509 version below 3", "no_private_key": "no private key", "private_key_unknown": "private key not known",
	"smtp_not_enabled": "not enabled for SMTP", "services_unknown": "services not known",
}
