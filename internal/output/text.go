package output

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// text writes decisions for people: what is served, and why.
type text struct {
	w     io.Writer
	color bool
	which Selection
	many  bool // something was written before
}

func (t *text) Write(document *gather.Document, decision *evaluate.Decision) error {
	document, decision, err := t.which.narrowed(document, decision)
	if err != nil {
		return err
	}
	s, p := newServer(document, decision), &page{color: t.color}
	s.which = t.which
	if t.many {
		p.line("")
	}
	t.many = true
	p.headline(decision)
	p.verdict(s)
	p.connectors(s)
	p.routes(s)
	p.certificates(s)
	p.events(s)
	p.next(s)
	_, err = t.w.Write(p.Bytes())
	return err
}

func (*text) Close() error { return nil }

func (p *page) headline(decision *evaluate.Decision) {
	headline := printable.Line(headlineOf(decision))
	p.line("%s", p.paint(bold, headline))
	p.line("%s", strings.Repeat("=", utf8.RuneCountInString(headline)))
	p.line("")
	if inbound := decision.InboundAnonymous; inbound.Customized {
		p.prose(12, "%s  by your own rules (%s): this may not be what Exchange does.",
			p.paint(bold, "Customized"), strings.Join(inbound.CustomizedBy, ", "))
		p.line("")
	}
}

func (p *page) heading(words string) {
	p.line("%s", p.paint(bold, words))
}

func (p *page) events(s server) {
	events := s.which.events(s.decision)
	if len(events) == 0 {
		p.line("%s  none", p.paint(bold, "Events"))
		p.line("")
		return
	}
	p.heading("Events")
	for _, event := range events {
		p.event(event)
	}
	p.line("")
}

// event shows what the server logs, and what to type, ready to be copied.
func (p *page) event(event evaluate.Event) {
	color := red
	if event.Severity == "warning" {
		color = yellow
	}
	p.prose(9, "  %5d  %s: %s", event.ID, p.paint(color, event.Severity), event.Message)
	for _, command := range strings.Split(event.Remediation, "\n") {
		p.line("         %s", command)
	}
}
