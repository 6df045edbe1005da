package output

import (
	"io"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/spool"
)

// text writes decisions for people: what is served, and why. Of many servers it
// begins with tables, so all is written by Close.
type text struct {
	w     io.Writer
	style Style
	which Selection

	summary  summary
	sections spool.Spool // of the servers
}

func (t *text) Write(c Checked) error {
	s, err := t.which.server(c)
	if err != nil {
		return err
	}
	t.summary.addDecision(s, c.Plan)
	if t.style.Summary {
		return nil
	}
	p := &page{Style: t.style, names: s.prose()}
	if len(t.summary.servers) > 1 {
		p.line("")
	}
	p.headline(s.decision, c.Plan)
	p.unknown(s)
	p.connectors(s)
	p.routes(s)
	p.certificates(s)
	p.events(s, c.Plan)
	p.plan(c.Plan)
	_, err = t.sections.Write(p.Bytes())
	return err
}

func (t *text) Close() error {
	if t.style.Summary || len(t.summary.servers) > manyServers {
		p := &page{Style: t.style}
		p.decisions(t.summary, t.which)
		if _, err := t.w.Write(p.Bytes()); err != nil {
			return err
		}
	}
	_, err := t.sections.WriteTo(t.w)
	return err
}

// headline names the server and its verdict.
func (p *page) headline(decision *evaluate.Decision, plan evaluate.Plan) {
	p.title(headlineOf(decision), "=")
	p.line("")
	p.line("%s", p.paint(verdictColor(plan.Verdict), plan.Verdict))
	p.line("")
	if inbound := decision.InboundAnonymous; inbound.Customized {
		p.prose(12, "%s  by your own rules (%s): this may not be what Exchange does.",
			p.paint(bold, "Customized"), strings.Join(criteriaNames(decision, inbound.CustomizedBy), ", "))
		p.line("")
	}
}

func (p *page) heading(words string) {
	p.prose(2, "%s", p.paint(bold, words))
}

func (p *page) events(s server, plan evaluate.Plan) {
	_, events := s.which.part(s.decision)
	if len(events) == 0 {
		p.line("%s  none", p.paint(bold, "Events"))
		p.line("")
		return
	}
	p.heading("Events")
	for _, event := range events {
		p.event(event, plan)
	}
	p.line("")
}

// event shows what the server logs, and which action of the plan answers it.
func (p *page) event(event evaluate.Event, plan evaluate.Plan) {
	p.prose(9, "  %5d  %s: %s%s", event.ID, p.severity(event.Severity), p.named(event.Message), seeAction(plan, event.Action))
}
