// Package probe finds out over the wire what an SMTP server offers to other mail
// servers, STARTTLS and X-ANONYMOUSTLS, and which certificates it serves there,
// and compares that with a decision.
//
// A server meets four commands: EHLO, STARTTLS, X-ANONYMOUSTLS and QUIT. It gets
// no mail, no credentials and no certificate. Nothing that it says is trusted,
// and everything that it says is bounded.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// DefaultTimeout is how long one connection may take, from the first packet to
// the answer to QUIT. Exchange delays the answer to a mistake by 5 seconds.
const DefaultTimeout = 30 * time.Second

// ExchangeBanner is what the banner of an Exchange server says, unless its
// administrator set another one.
const ExchangeBanner = "Microsoft ESMTP MAIL Service"

// A Prober connects to servers. It is safe for concurrent use.
type Prober struct {
	Timeout time.Duration // for each connection; 0: DefaultTimeout
	Clock   func() time.Time
	Roots   [][]byte // DER: what a verifier would trust; see chains.Gatherer
	System  bool     // a verifier would also trust this machine's roots
}

// A Result is what one server answered.
type Result struct {
	Target        string    `json:"target"`     // HOST:PORT, as asked for
	Address       string    `json:"address"`    // IP:PORT that answered; empty: none did
	ProbedAt      string    `json:"probed_at"`  // gather.TimeFormat
	Error         string    `json:"error"`      // why there is no answer; empty: there is one
	Banner        string    `json:"banner"`     // without its code
	Extensions    []string  `json:"extensions"` // of the answer to EHLO
	XAnonymousTLS Handshake `json:"x_anonymoustls"`
	STARTTLS      Handshake `json:"starttls"`
	Notes         []string  `json:"notes"` // what else was odd

	// Comparison is nil where there is nothing to compare with, or where NotCompared
	// says why that could not be done.
	Comparison  *Comparison `json:"comparison"`
	NotCompared string      `json:"not_compared"`

	host   string
	remote netip.AddrPort
	local  netip.Addr
}

// The values of Handshake.State.
const (
	NotTried  = "not_tried" // the extension is not offered
	Completed = "completed"
	Failed    = "failed"  // the server refused, or said what is not TLS
	Unknown   = "unknown" // it could not be found out
)

// A Handshake is what became of one extension.
type Handshake struct {
	Offered      bool                 `json:"offered"`
	State        string               `json:"handshake"`
	Error        string               `json:"error"`        // why it failed or is unknown
	Protocol     string               `json:"protocol"`     // TLS 1.2
	CipherSuite  string               `json:"cipher_suite"` // as IANA names it
	Thumbprint   *string              `json:"certificate"`  // of the certificate served; nil: none
	Chain        []gather.Certificate `json:"chain"`        // as sent, the certificate served first
	Verification *Verification        `json:"verification"` // nil: no certificate

	injected bool // the server, or somebody in between, sent plain text unasked
}

// keywords are the extensions that are looked at, by their scenarios.
var keywords = map[evaluate.Scenario]string{
	evaluate.InboundAnonymous: "X-ANONYMOUSTLS",
	evaluate.InboundSTARTTLS:  "STARTTLS",
}

// Keyword returns the name under which EHLO lists what a scenario decides about.
func Keyword(scenario evaluate.Scenario) string { return keywords[scenario] }

// Scenarios are those that a probe can see, in the order of their outputs.
var Scenarios = []evaluate.Scenario{evaluate.InboundAnonymous, evaluate.InboundSTARTTLS}

// Of returns what became of a scenario's extension.
func (r *Result) Of(scenario evaluate.Scenario) *Handshake {
	if scenario == evaluate.InboundAnonymous {
		return &r.XAnonymousTLS
	}
	return &r.STARTTLS
}

// Answered reports whether everything that was asked got an answer.
func (r *Result) Answered() bool {
	return r.Error == "" && r.NotCompared == "" && r.XAnonymousTLS.State != Unknown && r.STARTTLS.State != Unknown
}

// Different reports whether the server is not as it should be: not as decided,
// or with an extension that it offers and that does not work.
func (r *Result) Different() bool {
	if c := r.Comparison; c != nil {
		return len(c.Differences) > 0
	}
	return r.XAnonymousTLS.State == Failed || r.STARTTLS.State == Failed
}

// Probe connects to a server once to see what it offers, and once more for
// each extension that it offers, as far as the handshake.
func (p Prober) Probe(ctx context.Context, target Target) *Result {
	if p.Timeout == 0 {
		p.Timeout = DefaultTimeout
	}
	r := &Result{
		Target: target.String(), ProbedAt: p.Clock().UTC().Format(gather.TimeFormat), host: target.Host,
		Extensions: []string{}, Notes: []string{},
		XAnonymousTLS: Handshake{State: NotTried, Chain: []gather.Certificate{}},
		STARTTLS:      Handshake{State: NotTried, Chain: []gather.Certificate{}},
	}
	first, err := open(ctx, target.String(), p.Timeout)
	if err != nil {
		r.Error = p.describe(ctx, err)
		return r
	}
	r.Address, r.local = first.RemoteAddr().String(), ipOf(first.LocalAddr())
	r.remote, _ = netip.ParseAddrPort(r.Address)
	r.Banner, r.Extensions = strings.Join(first.banner.lines, "\n"), append(r.Extensions, first.extensions...)
	first.quit()
	r.noteGreeting()
	for _, scenario := range Scenarios {
		h := r.Of(scenario)
		if h.Offered = first.offers(keywords[scenario]); h.Offered {
			p.extension(ctx, r, h, first, keywords[scenario])
			p.verify(ctx, r, h)
		}
	}
	return r
}

// noteGreeting notes what speaks against an Exchange server at the other end.
func (r *Result) noteGreeting() {
	if !strings.Contains(r.Banner, ExchangeBanner) {
		r.note("The banner is not that of Exchange (%q).", ExchangeBanner)
	}
	if r.overwritten() {
		r.note("A firewall that inspects SMTP has overwritten the banner or extensions.")
	}
}

// overwritten reports whether a firewall wrote over what it does not let
// through: it keeps the length, with asterisks in the banner and a letter X
// in the extensions.
func (r *Result) overwritten() bool {
	return strings.Contains(r.Banner, "****") || slices.ContainsFunc(r.Extensions, func(line string) bool {
		return strings.HasPrefix(line, "XXXX")
	})
}

func (r *Result) note(format string, args ...any) {
	sentence := printable.Message(printable.Line(fmt.Sprintf(format, args...)))
	if !slices.Contains(r.Notes, sentence) {
		r.Notes = append(r.Notes, sentence)
	}
}

// describe says why there is no answer.
func (p Prober) describe(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return "interrupted"
	}
	text := err.Error()
	if timedOut(err) {
		if broken := (*net.OpError)(nil); errors.As(err, &broken) {
			text, _, _ = strings.Cut(text, broken.Error()) // addresses, and i/o timeout
		}
		text += fmt.Sprintf("no answer within %s", p.Timeout)
	}
	return printable.Message(printable.Line(text))
}

func timedOut(err error) bool {
	timeout := net.Error(nil)
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}
