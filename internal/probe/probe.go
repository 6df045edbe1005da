// Package probe determines over the network what an SMTP server offers to other
// mail servers, STARTTLS and X-ANONYMOUSTLS, and with which certificates, and
// compares that with a decision.
//
// A server receives four commands: EHLO, STARTTLS, X-ANONYMOUSTLS and QUIT. It
// receives no mail, no credentials and no certificate. Nothing that it sends is
// trusted, and everything that it sends is limited.
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

// DefaultTimeout limits the time of one connection, from the first packet to
// the answer to QUIT. Exchange delays the answer to an invalid command by 5
// seconds.
const DefaultTimeout = 30 * time.Second

// ExchangeBanner is part of the banner of an Exchange server, unless its
// administrator changed it.
const ExchangeBanner = "Microsoft ESMTP MAIL Service"

// A Prober connects to servers. It is safe for concurrent use.
type Prober struct {
	Timeout time.Duration // for each connection; 0: DefaultTimeout
	Clock   func() time.Time
	Roots   [][]byte // the roots that a verifier would trust, in DER; see chains.Gatherer
	System  bool     // a verifier would also trust this machine's roots
}

// A Result is the answers of one server.
type Result struct {
	Target        string    `json:"target"`     // HOST:PORT, as requested
	Address       string    `json:"address"`    // IP:PORT that answered; empty: none
	ProbedAt      string    `json:"probed_at"`  // gather.TimeFormat
	Error         string    `json:"error"`      // why there is no answer; empty: no error
	Banner        string    `json:"banner"`     // without its code
	Extensions    []string  `json:"extensions"` // in the answer to EHLO
	XAnonymousTLS Handshake `json:"x_anonymoustls"`
	STARTTLS      Handshake `json:"starttls"`
	Notes         []string  `json:"notes"` // anything else that is unusual

	// Comparison is nil if there is nothing to compare with, or if NotCompared
	// says why the comparison failed.
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
	Failed    = "failed"  // the server refused, or did not speak TLS
	Unknown   = "unknown" // it could not be determined
)

// A Handshake is the result for one extension.
type Handshake struct {
	Offered      bool                 `json:"offered"`
	State        string               `json:"handshake"`
	Error        string               `json:"error"`        // why it failed or is unknown
	Protocol     string               `json:"protocol"`     // TLS 1.2
	CipherSuite  string               `json:"cipher_suite"` // the IANA name
	Thumbprint   *string              `json:"certificate"`  // of the served certificate; nil: none
	Chain        []gather.Certificate `json:"chain"`        // as sent, starting with the served certificate
	Verification *Verification        `json:"verification"` // nil: no certificate

	injected bool // the server, or an attacker, sent unsolicited plain text
}

// keywords are the extensions that are tested, by scenario.
var keywords = map[evaluate.Scenario]string{
	evaluate.InboundAnonymous: "X-ANONYMOUSTLS",
	evaluate.InboundSTARTTLS:  "STARTTLS",
}

// Keyword returns the EHLO keyword of a scenario.
func Keyword(scenario evaluate.Scenario) string { return keywords[scenario] }

// Scenarios are those that a probe can test, in output order.
var Scenarios = []evaluate.Scenario{evaluate.InboundAnonymous, evaluate.InboundSTARTTLS}

// Of returns the handshake of a scenario's extension.
func (r *Result) Of(scenario evaluate.Scenario) *Handshake {
	if scenario == evaluate.InboundAnonymous {
		return &r.XAnonymousTLS
	}
	return &r.STARTTLS
}

// Answered reports whether everything that was tested got an answer.
func (r *Result) Answered() bool {
	return r.Error == "" && r.NotCompared == "" && r.XAnonymousTLS.State != Unknown && r.STARTTLS.State != Unknown
}

// Different reports whether the server differs from the decision, or offers an
// extension that does not work.
func (r *Result) Different() bool {
	if c := r.Comparison; c != nil {
		return len(c.Differences) > 0
	}
	return r.XAnonymousTLS.State == Failed || r.STARTTLS.State == Failed
}

// Probe connects to a server once to see what it offers, and once more for each
// extension that it offers, up to the handshake.
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

// noteGreeting notes signs that the other end is not an Exchange server.
func (r *Result) noteGreeting() {
	if !strings.Contains(r.Banner, ExchangeBanner) {
		r.note("The banner is not that of Exchange (%q).", ExchangeBanner)
	}
	if r.overwritten() {
		r.note("A firewall that inspects SMTP has overwritten the banner or extensions.")
	}
}

// overwritten reports whether a firewall overwrote parts of the greeting that
// it does not allow: it preserves the length, with asterisks in the banner and
// the letter X in the extensions.
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
