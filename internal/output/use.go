package output

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
)

// A use is a connector or a route, with words for it.
type use struct{ evaluate.Use }

// of returns the uses in a scenario.
func (s server) of(scenario evaluate.Scenario) []use {
	var all []use
	for _, u := range s.decision.Uses(scenario) {
		all = append(all, use{u})
	}
	return all
}

// uses returns those of the scenarios that are written about.
func (s server) uses() []use {
	var all []use
	for _, scenario := range evaluate.Scenarios {
		if s.which.has(scenario) {
			all = append(all, s.of(scenario)...)
		}
	}
	return all
}

// name names the connector or the route.
func (u use) name() string {
	if u.Connector == nil {
		return "the organization's servers"
	}
	return *u.Connector
}

// namesOf lists the connectors or routes.
func namesOf(uses []use) []string {
	var names []string
	for _, u := range uses {
		names = append(names, u.name())
	}
	return names
}

// extensions are the SMTP extensions of the inbound scenarios.
var extensions = map[evaluate.Scenario]string{evaluate.InboundAnonymous: "X-ANONYMOUSTLS", evaluate.InboundSTARTTLS: "STARTTLS"}

// onOrTo begins the name of a connector or a route, where it stands for itself.
func onOrTo(scenario evaluate.Scenario) string {
	if extension, inbound := extensions[scenario]; inbound {
		return extension + " on "
	}
	return "Mail to "
}

// verb is what is or is not done with TLS.
func (u use) verb() string {
	if u.Scenario == evaluate.OutboundAnonymous {
		return "used"
	}
	return "offered"
}

// A stop is a place at which the policies say that a process stops.
type stop struct {
	words string // empty: they depend on what was looked for
	step  int    // of the scenario
	fault bool   // something is wrong, and it is not a setting of the connector
}

var stops = map[string]stop{
	"connector_disabled":            {"the connector is disabled", 1, false},
	"not_to_organization":           {"no address space is the organization's own (--)", 1, false},
	"exchange_server_auth_disabled": {"ExchangeServer authentication is off", 2, false},
	"x_anonymoustls_suppressed":     {"SuppressXAnonymousTls is set", 2, false},
	"tls_auth_disabled":             {"TLS authentication is off", 2, false},
	"directory_unreadable":          {"the directory cannot be read", 3, true},
	"directory_null":                {"the directory names no certificate", 3, true},
	"certificate_not_found":         {"", 4, true},
	"no_eligible_certificate":       {"", 5, true},
	"no_best_certificate":           {"no eligible certificate is self-signed, or known to be valid and from a trusted CA", 6, true},
}

// fault reports whether the process stops because something is wrong.
func (u use) fault() bool { return stops[orEmpty(u.StoppedAt)].fault }

// getsToStep3 reports whether a session with a connector gets past step 2.
func (u use) getsToStep3() bool {
	step := stops[orEmpty(u.StoppedAt)].step
	return step != 1 && step != 2
}

// why says why TLS is not offered or used.
func (s server) why(u use) string {
	switch at := orEmpty(u.StoppedAt); {
	case at == "certificate_not_found" && u.Scenario == evaluate.InboundSTARTTLS:
		return "no certificate matches " + searchedFor(u.STARTTLS)
	case at == "certificate_not_found":
		return s.short(s.facts.Directory.InternalTransportCertificate) + " is not in the store"
	case at == "no_eligible_certificate":
		return s.noneEligible(u.STARTTLS)
	default:
		return cmp.Or(stops[at].words, at)
	}
}

func searchedFor(connector *evaluate.STARTTLSConnector) string {
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
func (s server) noneEligible(connector *evaluate.STARTTLSConnector) string {
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
		counted = append(counted, fmt.Sprintf("%s (%d)", cmp.Or(criteria[code].words, code), failed[code]))
	}
	return fmt.Sprintf("none of the %d matching certificates is eligible: %s", len(failing), strings.Join(counted, ", "))
}
