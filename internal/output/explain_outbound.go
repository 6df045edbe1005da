package output

import (
	"github.com/transportcert/transportcert/evaluate"
)

// explainOutbound tells which ways out of the server use anonymous TLS, and with
// which certificate.
func (p *page) explainOutbound(s server) {
	p.title("Outbound anonymous TLS", "-")
	p.line("")
	outbound := s.decision.OutboundAnonymous
	switch {
	case outbound.Role == nil:
		p.tell("Server roles not gathered: it is not known how mail leaves %s.", s.Server)
	case *outbound.Role == "other":
		p.tell("%s has no transport role: it sends no mail to other Exchange servers.", s.Server)
	default:
		p.tell("%s has the role %s.", s.Server, *outbound.Role)
	}
	for _, route := range s.of(evaluate.OutboundAnonymous) {
		p.route(s, route)
	}
	if len(outbound.Routes) > 0 {
		p.outboundCertificate(s, outbound)
	}
	p.line("")
}

func (p *page) route(s server, route use) {
	verdict := p.paint(green, "anonymous TLS is used") + "."
	if !route.Offered {
		verdict = p.paint(red, "anonymous TLS is not used") + plain(": "+s.why(route)+".")
	}
	if route.Connector != nil {
		p.tell("Send connector \"%s\": %s", *route.Connector, verdict)
		return
	}
	p.tell("Mail to the organization's other servers and to subscribed Edge servers: %s", verdict)
	if s.decision.Procedure == "2016" {
		p.tell("The published text also asks for a queue with DeliveryType SmtpRelayWithinAdSitetoEdge, which only a running server has.")
	}
}

// outboundCertificate tells steps 3 to 5, which both anonymous scenarios share.
func (p *page) outboundCertificate(s server, outbound evaluate.OutboundAnonymousDecision) {
	p.tell("The certificate comes from the directory, as in steps 3 to 5 of inbound anonymous TLS.")
	if outbound.Thumbprint == nil {
		p.tell("None is loaded.")
		return
	}
	certificate := s.store[*outbound.Thumbprint]
	p.tell("%s is loaded: %s, %s.", certificate.Thumbprint, title(certificate), signedBy(certificate))
	if is(outbound.Expired, true) {
		p.tell("Its validity ended on %s (%s). It is still used.", certificate.NotAfter, s.left(certificate))
	}
}
