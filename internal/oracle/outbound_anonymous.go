package oracle

import (
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

func (s server) outboundAnonymous() evaluate.OutboundAnonymousDecision {
	d := evaluate.OutboundAnonymousDecision{
		Server:       s.Server,
		EvaluatedAt:  s.now,
		Procedure:    s.procedure,
		Phase:        s.phase,
		Routes:       []evaluate.Route{},
		MissingFacts: []string{},
		InputErrors:  []string{},
	}
	d.Thumbprint, d.Expired = s.internalTransportCertificate()
	asked := false
	route := func(connector *string, gate string) {
		r := evaluate.Route{Connector: connector}
		switch {
		case gate != "":
			r.StoppedAt = &gate
		case s.loaded == nil:
			r.StoppedAt = &s.stop
		default:
			r.UsesAnonymousTLS, r.Thumbprint = true, &s.loaded.Thumbprint
		}
		asked = asked || gate == ""
		d.Routes = append(d.Routes, r)
	}

	role := s.role()
	if role == "" {
		d.MissingFacts = append(d.MissingFacts, "roles")
	} else {
		d.Role = &role
	}
	if role == "mailbox" {
		route(nil, "")
	}
	if role == "edge" || role == "mailbox" && s.procedure != "2016" {
		if s.SendConnectors == nil {
			d.MissingFacts = append(d.MissingFacts, "send_connectors")
		}
		for _, c := range s.SendConnectors {
			route(&c.Name, gate(c, role))
		}
	}
	d.Events = s.internalEvents(asked)
	return d
}

// role returns "" if the roles were not gathered.
func (s server) role() string {
	switch {
	case s.Roles == nil:
		return ""
	case s.hasRole("EdgeTransport"):
		return "edge"
	case s.hasRole("HubTransport"), s.hasRole("Mailbox") && s.procedure == "2016":
		return "mailbox"
	}
	return "other"
}

// gate returns where a Send connector stops before step 3, or "" if it does
// not.
func gate(c gather.SendConnector, role string) string {
	switch {
	case !enabled(c.Enabled):
		return stopConnectorDisabled
	case c.SmartHostAuthMechanism != "ExchangeServer":
		return stopExchangeServerAuth
	case role == "edge" && !slices.ContainsFunc(c.AddressSpaces, toOrganization):
		return stopNotToOrganization
	}
	return ""
}

// toOrganization reports whether an address space, [type:]domain[;cost], is
// that of the organization's own domains.
func toOrganization(space string) bool {
	kind, rest, typed := strings.Cut(space, ":")
	if !typed {
		kind, rest = "SMTP", space
	}
	domain, _, _ := strings.Cut(rest, ";")
	return strings.ToLower(kind) == "smtp" && domain == "--"
}
