package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Limits on the answers of a server. RFC 5321 (4.5.3.1.5) allows 512 bytes for
// a reply line, and Exchange answers EHLO with about twenty lines.
const (
	maxLine  = 4096 // bytes, including the line ending
	maxLines = 128  // per reply
)

// quitTimeout limits the time for the answer to QUIT.
const quitTimeout = 2 * time.Second

// A reply is the answer of a server to a command (RFC 5321, 4.2).
type reply struct {
	code  int
	lines []string // without code and line ending; at least one
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.code, strings.Join(r.lines, " ")) }

// errClosed means that the server ended the connection.
var errClosed = errors.New("the server closed the connection")

// newReader returns the buffer that readReply reads from.
func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, maxLine) }

// readReply reads a reply of one or more lines. The reader's buffer limits the
// length of a line.
func readReply(in *bufio.Reader) (reply, error) {
	var all reply
	for {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return reply{}, fmt.Errorf("expected a reply line of at most %d bytes, found a longer one: %.60q", in.Size(), line)
		case errors.Is(err, io.EOF) && len(line) > 0:
			return reply{}, fmt.Errorf("%w in the middle of a line: %.60q", errClosed, line)
		case errors.Is(err, io.EOF):
			return reply{}, errClosed
		case err != nil:
			return reply{}, err
		}
		code, last, text, ok := parseLine(strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r"))
		switch {
		case !ok:
			return reply{}, fmt.Errorf("expected a reply (three digits and text), found %.60q", line)
		case len(all.lines) > 0 && code != all.code:
			return reply{}, fmt.Errorf("expected another line of reply %d, found %.60q", all.code, line)
		case len(all.lines) == maxLines:
			return reply{}, fmt.Errorf("expected a reply of at most %d lines, found more", maxLines)
		}
		all.code, all.lines = code, append(all.lines, text)
		if last {
			return all, nil
		}
	}
}

// parseLine splits a line of a reply into its parts.
func parseLine(line string) (code int, last bool, text string, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' {
		return 0, false, "", false
	}
	for _, digit := range []byte(line[:3]) {
		if digit < '0' || digit > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(digit-'0')
	}
	if len(line) == 3 {
		return code, true, "", true
	}
	return code, line[3] == ' ', line[4:], line[3] == ' ' || line[3] == '-'
}

// A connection is a connection to an SMTP server, up to the answer to EHLO.
type connection struct {
	net.Conn
	in         *bufio.Reader
	deadline   time.Time
	stop       func() bool // stops watching the context
	banner     reply
	extensions []string // lines of the answer to EHLO, except the first
}

// open connects and sends EHLO. The timeout applies to the whole connection.
func open(ctx context.Context, address string, timeout time.Duration) (*connection, error) {
	deadline := time.Now().Add(timeout)
	conn, err := (&net.Dialer{Deadline: deadline}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	_ = conn.SetDeadline(deadline) // it fails only if conn is closed; then everything else fails too
	c := &connection{
		Conn: conn, in: newReader(conn), deadline: deadline,
		stop: context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }),
	}
	if err := c.greet(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *connection) greet() (err error) {
	if c.banner, err = readReply(c.in); err != nil {
		return fmt.Errorf("reading the banner: %w", err)
	}
	if c.banner.code != 220 {
		return fmt.Errorf("expected a banner with 220, found %.200q", c.banner)
	}
	answer, err := c.command("EHLO " + literal(c.LocalAddr()))
	if err != nil {
		return err
	}
	if answer.code != 250 {
		return fmt.Errorf("expected 250 after EHLO, found %.200q", answer)
	}
	c.extensions = answer.lines[1:]
	return nil
}

// literal formats the address of a client that has no name (RFC 5321, 4.1.3).
func literal(addr net.Addr) string {
	ip := ipOf(addr)
	if ip.Is4() {
		return "[" + ip.String() + "]"
	}
	return "[IPv6:" + ip.WithZone("").String() + "]"
}

func ipOf(addr net.Addr) netip.Addr {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.IPv4Unspecified()
}

// An unsolicitedError means that a server sent unsolicited text: an attacker could
// have inserted it before the session is encrypted.
type unsolicitedError struct {
	where string
	text  []byte
}

func (e *unsolicitedError) Error() string {
	return fmt.Sprintf("the server sent unsolicited plain text %s: %.200q", e.where, e.text)
}

// expectNothing returns an error if the server sent more than was read.
func (c *connection) expectNothing(where string) error {
	if n := c.in.Buffered(); n > 0 {
		text, _ := c.in.Peek(n) // it is already in the buffer
		return &unsolicitedError{where, slices.Clone(text)}
	}
	return nil
}

// command sends a line and reads the reply.
func (c *connection) command(line string) (reply, error) {
	verb, _, _ := strings.Cut(line, " ")
	if err := c.expectNothing("before " + verb); err != nil {
		return reply{}, err
	}
	if _, err := io.WriteString(c, line+"\r\n"); err != nil {
		return reply{}, fmt.Errorf("sending %s: %w", verb, err)
	}
	answer, err := readReply(c.in)
	if err != nil {
		return reply{}, fmt.Errorf("reading the answer to %s: %w", verb, err)
	}
	return answer, nil
}

// offers reports whether the answer to EHLO contains a keyword.
func (c *connection) offers(keyword string) bool {
	return slices.ContainsFunc(c.extensions, func(line string) bool {
		word, _, _ := strings.Cut(line, " ")
		return strings.EqualFold(word, keyword)
	})
}

// name returns the name of the server in its banner.
func (c *connection) name() string {
	name, _, _ := strings.Cut(c.banner.lines[0], " ")
	return name
}

// quit sends QUIT. The answer no longer matters, so it waits only briefly.
func (c *connection) quit() {
	if soon := time.Now().Add(quitTimeout); soon.Before(c.deadline) {
		_ = c.SetDeadline(soon)
	}
	_, _ = c.command("QUIT")
	c.close()
}

func (c *connection) close() {
	c.stop()
	_ = c.Conn.Close()
}
