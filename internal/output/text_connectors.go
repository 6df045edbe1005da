package output

import (
	"github.com/transportcert/transportcert/evaluate"
)

// connectors shows of each Receive connector what it offers, with which
// certificate, and why not.
func (p *page) connectors(s server) {
	header, columns := []string{"Connector"}, [][]use{}
	for _, scenario := range []evaluate.Scenario{evaluate.InboundAnonymous, evaluate.InboundSTARTTLS} {
		if s.which.has(scenario) {
			header, columns = append(header, extensions[scenario]), append(columns, s.of(scenario))
		}
	}
	switch {
	case len(columns) == 0:
		return
	case len(s.Connectors) == 0:
		p.line("%s has no Receive connector.", s.Server)
		p.line("")
		return
	}
	var rows [][]painted
	for i, connector := range s.Connectors {
		row := []painted{plain(connector.Name)}
		for _, uses := range columns {
			row = append(row, p.use(s, uses[i]))
		}
		rows = append(rows, row)
	}
	p.table(header, rows)
}

// use shows whether TLS is offered or used, and with which certificate, or why not.
func (p *page) use(s server, u use) painted {
	switch {
	case u.Offered && u.Scenario == evaluate.InboundSTARTTLS && is(u.Expired, true):
		return p.paint(green, u.verb()) + plain(", "+s.short(u.Thumbprint)+", ") + p.paint(red, "expired")
	case u.Offered:
		return p.paint(green, u.verb()) + plain(", "+s.short(u.Thumbprint))
	case u.fault():
		return p.paint(red, "not "+u.verb()) + plain(": "+s.why(u))
	}
	return plain("not " + u.verb() + ": " + s.why(u))
}

// routes shows which routes use anonymous TLS. The implicit route alone needs
// no table while it does.
func (p *page) routes(s server) {
	routes := s.of(evaluate.OutboundAnonymous)
	if !s.which.has(evaluate.OutboundAnonymous) {
		return
	}
	if usual := len(routes) == 0 || len(routes) == 1 && routes[0].Offered; usual && s.which.Scenario == "" {
		return
	}
	if len(routes) == 0 {
		p.line("%s sends no mail with anonymous TLS.", s.Server)
		p.line("")
		return
	}
	var rows [][]painted
	for _, route := range routes {
		rows = append(rows, []painted{plain(route.name()), p.use(s, route)})
	}
	p.table([]string{"Mail to", "Anonymous TLS"}, rows)
}
