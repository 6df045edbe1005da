package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// extension tests an extension that the server offered on the first connection.
func (p Prober) extension(ctx context.Context, r *Result, h *Handshake, first *connection, keyword string) {
	err := p.handshake(ctx, r, h, first, keyword, tls.VersionTLS13)
	if unreadable(err) && h.Thumbprint == nil {
		// TLS 1.3 encrypts the certificate; earlier versions do not.
		again := *h
		if _ = p.handshake(ctx, r, &again, first, keyword, tls.VersionTLS12); again.Thumbprint != nil {
			*h = again
		}
	}
}

// handshake connects again and starts TLS with the command of that extension.
// It returns the error that ended the handshake.
func (p Prober) handshake(ctx context.Context, r *Result, h *Handshake, first *connection, keyword string, newest uint16) error {
	c, err := open(ctx, r.Address, p.Timeout)
	if err != nil {
		h.unknown(p.describe(ctx, err))
		return nil
	}
	defer c.close()
	if c.name() != first.name() {
		r.note("Another server answered on the connection for %s: %q instead of %q.", keyword, c.name(), first.name())
	}
	if !c.offers(keyword) {
		c.quit()
		r.note("The server offered %s on one connection, but not on the next.", keyword)
		h.unknown("it was offered on the first connection, but not on the one for the handshake")
		return nil
	}
	if err := c.ready(keyword); err != nil {
		p.broken(ctx, h, err)
		return err
	}
	recorded := &recorder{Conn: c.Conn}
	client := tls.Client(recorded, config(r.host, newest))
	if err := client.Handshake(); err != nil {
		p.broken(ctx, h, err)
		h.chain(r, recorded.certificates())
		return err
	}
	h.completed(r, client.ConnectionState())
	switch err := c.quitTLS(client); {
	case isAlert(err):
		p.broken(ctx, h, err)
	case err != nil:
		r.note("After the handshake of %s, the server did not answer QUIT: %s.", keyword, p.describe(ctx, err))
	}
	return nil
}

// ready sends the command that starts TLS, and checks that the server sent
// nothing after its answer: such text would not be part of TLS, but inserted by
// the server or by an attacker.
func (c *connection) ready(keyword string) error {
	answer, err := c.command(keyword)
	if err != nil {
		return err
	}
	if answer.code != 220 {
		c.quit()
		return &refusal{keyword, answer}
	}
	return c.expectNothing("after its answer to " + keyword + " and before the handshake")
}

// A refusal is an answer other than 220 to the command that starts TLS.
type refusal struct {
	keyword string
	answer  reply
}

func (e *refusal) Error() string {
	return fmt.Sprintf("expected 220 after %s, found %.200q", e.keyword, e.answer)
}

// quitTLS ends the session inside TLS. With TLS 1.3, the client learns only here
// whether the server accepted its part of the handshake: if not, the server
// answers with an alert.
func (c *connection) quitTLS(client *tls.Conn) error {
	c.Conn, c.in = client, newReader(client)
	_, err := c.command("QUIT")
	if errors.Is(err, errClosed) {
		return nil // it need not answer QUIT
	}
	return err
}

func (h *Handshake) completed(r *Result, state tls.ConnectionState) {
	h.State = Completed
	h.Protocol, h.CipherSuite = tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
	var chain [][]byte
	for _, c := range state.PeerCertificates {
		chain = append(chain, c.Raw)
	}
	h.chain(r, chain)
}

// maxChain limits the certificates of a chain that are read. Real chains have
// fewer than five.
const maxChain = 20

// chain stores the facts about the certificates that the server sent.
func (h *Handshake) chain(r *Result, chain [][]byte) {
	if n := len(chain); n > maxChain {
		r.note("The server sent a chain of %d certificates, of which the first %d were read.", n, maxChain)
		chain = chain[:maxChain]
	}
	for i, der := range chain {
		c, notes, err := gather.NewCertificate(der)
		if err != nil {
			r.note("Certificate %d of the chain was skipped: %v.", i+1, err)
			if i == 0 {
				return
			}
			continue
		}
		for _, note := range notes {
			r.note("Certificate %s %s.", c.Thumbprint, note)
		}
		h.Chain = append(h.Chain, c)
	}
	if len(h.Chain) > 0 {
		h.Thumbprint = &h.Chain[0].Thumbprint
	}
}

func (h *Handshake) unknown(why string) { h.State, h.Error = Unknown, why }

// broken records what ended the handshake: the server, or a timeout or this
// program, in which case the result is unknown.
func (p Prober) broken(ctx context.Context, h *Handshake, err error) {
	h.State = Failed
	h.injected = errors.As(err, new(*unsolicitedError))
	operation := (*net.OpError)(nil)
	switch {
	case ctx.Err() != nil || timedOut(err):
		h.State = Unknown
	case h.injected || errors.As(err, new(*refusal)) || errors.Is(err, errClosed):
	case errors.As(err, new(tls.RecordHeaderError)):
		err = h.notTLS(err)
	case errors.As(err, &operation) && isAlert(err):
		err = fmt.Errorf("the server ended the handshake with the alert %q", strings.TrimPrefix(operation.Err.Error(), "tls: "))
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the server ended the connection during the handshake")
	case operation != nil && operation.Op != "local error":
		err = fmt.Errorf("the server ended the connection during the handshake: %w", err)
	case !strings.HasPrefix(err.Error(), "tls: "): // an answer that is not a reply
	default:
		h.State = Unknown
		err = fmt.Errorf("this program cannot complete the handshake: %w", err)
	}
	h.Error = p.describe(ctx, err)
}

// isAlert reports whether the server sent a TLS alert.
func isAlert(err error) bool {
	operation := (*net.OpError)(nil)
	return errors.As(err, &operation) && operation.Op == "remote error"
}

// notTLS describes what was received instead of TLS. RecordHeaderError contains
// its first five bytes.
func (h *Handshake) notTLS(err error) error {
	header := tls.RecordHeaderError{}
	errors.As(err, &header)
	h.injected = !strings.ContainsFunc(string(header.RecordHeader[:]), func(r rune) bool { return r < ' ' || r > '~' })
	return fmt.Errorf("expected TLS, found data that begins with %q", header.RecordHeader[:])
}

// unreadable reports whether this program cannot parse the server's
// certificate. crypto/tls has no error type for that.
func unreadable(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "tls: ") && strings.Contains(err.Error(), "certificate")
}

// config accepts every protocol version and every cipher suite, so that old
// servers answer. It verifies nothing: the result of verification is reported,
// and no secret is ever sent.
func config(host string, newest uint16) *tls.Config {
	c := &tls.Config{
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS10,
		MaxVersion:         newest,
		// Without the large keys of post-quantum groups, the first message fits
		// in one packet, which old servers and firewalls require.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
	}
	if _, err := netip.ParseAddr(host); err != nil {
		c.ServerName = strings.TrimSuffix(host, ".")
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		c.CipherSuites = append(c.CipherSuites, suite.ID)
	}
	return c
}
