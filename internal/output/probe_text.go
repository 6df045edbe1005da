package output

import (
	"fmt"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/probe"
)

// probed shows what a server answered.
func (p *page) probed(r *probe.Result) error {
	headline := r.Target + " at " + when(r.ProbedAt)
	if r.Address != "" && r.Address != r.Target {
		headline = fmt.Sprintf("%s (%s) at %s", r.Target, r.Address, when(r.ProbedAt))
	}
	p.title(headline, "=")
	p.line("")
	p.outcome(r)
	if r.Error == "" {
		p.line("")
		p.prose(8, "%s  %s", p.paint(bold, "Banner"), r.Banner)
		for _, scenario := range probe.Scenarios {
			p.handshake(probe.Keyword(scenario), r.Of(scenario))
		}
	}
	if len(r.Notes) > 0 {
		p.line("")
	}
	for _, note := range r.Notes {
		p.prose(6, "%s  %s", p.paint(bold, "Note"), note)
	}
	return nil
}

// outcome shows the answer first, and then what differs from the decision.
func (p *page) outcome(r *probe.Result) {
	switch c := r.Comparison; {
	case r.Error != "":
		p.prose(2, "%s: %s", p.paint(red, "NO ANSWER"), r.Error)
	case r.NotCompared != "":
		p.prose(2, "%s: %s", p.paint(red, "NOT COMPARED"), r.NotCompared)
	case c == nil && r.Different():
		p.line("%s", p.paint(red, "HANDSHAKE FAILED"))
	case c == nil && !r.Answered():
		p.line("%s", p.paint(red, "INCOMPLETE"))
	case c == nil:
		p.line("%s", p.paint(green, "ANSWERED"))
	case c.Same == nil:
		p.line("%s: what was answered is as decided for %s, connector %s", p.paint(red, "INCOMPLETE"), c.Server, c.Connector)
	case *c.Same:
		p.line("%s as decided for %s, connector %s", p.paint(green, "SAME"), c.Server, c.Connector)
	default:
		p.line("%s from what is decided for %s, connector %s", p.paint(red, "DIFFERENT"), c.Server, c.Connector)
	}
	if c := r.Comparison; c != nil {
		p.line("  The connector is known by %s.", c.ChosenBy)
		for _, difference := range c.Differences {
			p.difference(difference)
		}
	}
}

func (p *page) difference(d probe.Difference) {
	p.line("")
	p.line("  %s: %s", p.paint(bold, probe.Keyword(d.Scenario)), d.Field)
	p.line("    expected  %s", valueOf(d.Expected))
	p.line("    found     %s", valueOf(d.Found))
	for i, reason := range d.Reasons {
		word := "or    "
		if i == 0 {
			word = "likely"
		}
		p.prose(14, "    %s    %s", word, reason.Message)
	}
}

func valueOf(value any) string {
	switch v := value.(type) {
	case *string:
		if v == nil {
			return "none"
		}
		return *v
	case bool:
		return map[bool]string{true: "offered", false: "not offered"}[v]
	}
	return fmt.Sprint(value)
}

// handshake shows what became of an extension.
func (p *page) handshake(keyword string, h *probe.Handshake) {
	name := p.paint(bold, keyword)
	p.line("")
	switch {
	case !h.Offered:
		p.line("%s  not offered", name)
	case h.State == probe.Completed:
		p.line("%s  offered, %s, %s", name, h.Protocol, h.CipherSuite)
	case h.State == probe.Failed:
		p.prose(2, "%s  offered, %s: %s", name, p.paint(red, "handshake failed"), h.Error)
	default:
		p.prose(2, "%s  offered, %s: %s", name, p.paint(yellow, "handshake unknown"), h.Error)
	}
	for i, certificate := range h.Chain {
		p.served(i, certificate)
	}
	for _, check := range checksOf(h) {
		p.prose(9, "  %s  %s", p.paint(check.color(), fmt.Sprintf("%-5s", check.name)), check.Message)
	}
}

// served shows a certificate of the chain that was sent.
func (p *page) served(place int, certificate gather.Certificate) {
	if place == 0 {
		p.line("  %s", certificate.Thumbprint)
		p.prose(2, "  %s, %s, valid until %s", title(certificate), signedBy(certificate), certificate.NotAfter)
		return
	}
	p.prose(9, "  then   %s, %s", title(certificate), signedBy(certificate))
}

// A namedCheck is one of a verification.
type namedCheck struct {
	name string
	probe.Check
}

func checksOf(h *probe.Handshake) []namedCheck {
	if h.Verification == nil {
		return nil
	}
	return []namedCheck{{"name", h.Verification.Name}, {"chain", h.Verification.Chain}, {"dates", h.Verification.Dates}}
}

func (c namedCheck) color() string {
	switch {
	case c.OK == nil:
		return yellow
	case *c.OK:
		return green
	}
	return red
}
