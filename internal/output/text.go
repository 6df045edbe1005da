package output

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// text writes decisions for people: what is served, and why.
type text struct {
	w     io.Writer
	color bool
	many  bool // something was written before
}

func (t *text) Write(document *gather.Document, decision *evaluate.Decision) error {
	s, p := newServer(document, decision), &page{color: t.color}
	if t.many {
		p.line("")
	}
	t.many = true
	p.headline(decision)
	p.connectors(s)
	p.certificate(s)
	p.candidates(s)
	p.events(s)
	p.next(s)
	_, err := t.w.Write(p.Bytes())
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

func (p *page) connectors(s server) {
	if len(s.Connectors) == 0 {
		p.line("%s has no Receive connector.", s.Server)
		p.line("")
		return
	}
	t := table.NewWriter()
	t.SuppressTrailingSpaces()
	t.SetStyle(table.Style{Box: table.BoxStyle{PaddingRight: "  "}, Options: table.OptionsNoBordersAndSeparators})
	t.AppendHeader(table.Row{p.paint(bold, "Connector"), p.paint(bold, "X-ANONYMOUSTLS"), p.paint(bold, "Why")})
	for _, connector := range s.Connectors {
		verdict, why := p.paint(red, "not offered"), s.stopped(connector)
		if connector.Advertise {
			verdict, why = p.paint(green, "offered"), "serves "+*connector.Thumbprint
		}
		t.AppendRow(table.Row{plain(connector.Name), verdict, plain(why)})
	}
	p.line("%s", painted(t.Render()))
	p.line("")
}

// certificate shows the internal transport certificate.
func (p *page) certificate(s server) {
	if s.Thumbprint == nil {
		p.line("%s  none is loaded", p.paint(bold, "Certificate"))
		p.line("")
		return
	}
	certificate := s.store[*s.Thumbprint]
	left := plain(s.left(certificate))
	if is(s.Expired, true) {
		left = p.paint(red, s.left(certificate))
	}
	unused := ""
	if !s.advertises() {
		unused = "  loaded, but no connector offers X-ANONYMOUSTLS"
	}
	p.line("%s  %s%s", p.paint(bold, "Certificate"), certificate.Thumbprint, unused)
	p.line("  name       %s", title(certificate))
	if certificate.Subject != "" {
		p.line("  subject    %s", certificate.Subject)
	}
	p.line("  signed by  %s", issuer(certificate))
	p.line("  valid      %s, %s", validity(certificate), left)
	p.line("  has        %s, %s", privateKey(certificate), services(certificate))
	p.prose(13, "  check      %s", s.check())
	p.line("")
}

// candidates shows the certificates of the store: the eligible in the order of
// step 8, then the others.
func (p *page) candidates(s server) {
	if len(s.facts.Certificates) == 0 {
		p.line("%s  none: the store is empty", p.paint(bold, "Candidates"))
		p.line("")
		return
	}
	p.prose(2, "%s  with one of the names %s", p.paint(bold, "Candidates"), strings.Join(s.Domains, ", "))
	for place, thumbprint := range s.Eligible {
		color := yellow
		if is(s.Best, thumbprint) {
			color = green
		}
		p.candidate(s, place+1, thumbprint, p.paint(color, s.verdict(place)))
	}
	for _, certificate := range s.facts.Certificates {
		if failed, ok := s.Ineligible[certificate.Thumbprint]; ok {
			p.candidate(s, "-", certificate.Thumbprint, p.paint(red, "not eligible: "+reasons(failed, certificate)))
		}
	}
	p.line("")
}

func (p *page) candidate(s server, rank any, thumbprint string, verdict painted) {
	certificate := s.store[thumbprint]
	loaded := ""
	if is(s.Thumbprint, thumbprint) {
		loaded = "  loaded"
	}
	p.line("  %3v  %s%s", rank, thumbprint, loaded)
	p.line("       %s, signed by %s", title(certificate), issuer(certificate))
	p.line("       %s, %s, %s", validity(certificate), privateKey(certificate), services(certificate))
	p.prose(7, "       %s", verdict)
}

func (p *page) events(s server) {
	if len(s.Events) == 0 {
		p.line("%s  none", p.paint(bold, "Events"))
		p.line("")
		return
	}
	p.heading("Events")
	for _, event := range s.Events {
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
