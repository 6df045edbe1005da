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

// Bounds of what a server may say. RFC 5321 (4.5.3.1.5) allows a reply line 512
// bytes, and Exchange answers EHLO with some twenty lines.
const (
	maxLine  = 4096 // bytes, with the line end
	maxLines = 128  // of one reply
)

// farewell is how long a server has to answer QUIT.
const farewell = 2 * time.Second

// A reply is what a server answers to a command (RFC 5321, 4.2).
type reply struct {
	code  int
	lines []string // without code and line end; at least one
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.code, strings.Join(r.lines, " ")) }

// errClosed is what reading meets where the server ended the connection.
var errClosed = errors.New("the server closed the connection")

// newReader returns the buffer that readReply reads from.
func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, maxLine) }

// readReply reads a reply of one line or several. The reader's buffer bounds
// the length of a line.
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

// parseLine takes a line of a reply apart.
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

// A connection is one to an SMTP server, up to the answer to EHLO.
type connection struct {
	net.Conn
	in         *bufio.Reader
	deadline   time.Time
	stop       func() bool // ends the watch over the context
	banner     reply
	extensions []string // lines of the answer to EHLO but the first
}

// open connects, and says EHLO. The time holds for all of the connection.
func open(ctx context.Context, address string, timeout time.Duration) (*connection, error) {
	deadline := time.Now().Add(timeout)
	conn, err := (&net.Dialer{Deadline: deadline}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	_ = conn.SetDeadline(deadline) // it fails where conn is closed, and then so does all else
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

// literal returns an address as a client without a name says it (RFC 5321, 4.1.3).
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

// A talkError says that a server sent something that nobody asked for: whoever
// stands between could have put it there before the session is encrypted.
type talkError struct {
	where string
	text  []byte
}

func (e *talkError) Error() string {
	return fmt.Sprintf("the server sent plain text %s, unasked: %.200q", e.where, e.text)
}

// silent is an error where the server sent more than was read.
func (c *connection) silent(where string) error {
	if n := c.in.Buffered(); n > 0 {
		text, _ := c.in.Peek(n) // it is in the buffer
		return &talkError{where, slices.Clone(text)}
	}
	return nil
}

// command sends a line and reads the reply.
func (c *connection) command(line string) (reply, error) {
	verb, _, _ := strings.Cut(line, " ")
	if err := c.silent("before " + verb); err != nil {
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

// offers reports whether the answer to EHLO has a keyword.
func (c *connection) offers(keyword string) bool {
	return slices.ContainsFunc(c.extensions, func(line string) bool {
		word, _, _ := strings.Cut(line, " ")
		return strings.EqualFold(word, keyword)
	})
}

// name is what the server calls itself in its banner.
func (c *connection) name() string {
	name, _, _ := strings.Cut(c.banner.lines[0], " ")
	return name
}

// quit takes leave. What the server says to it changes nothing any more, and is
// not waited for long.
func (c *connection) quit() {
	if soon := time.Now().Add(farewell); soon.Before(c.deadline) {
		_ = c.SetDeadline(soon)
	}
	_, _ = c.command("QUIT")
	c.close()
}

func (c *connection) close() {
	c.stop()
	_ = c.Conn.Close()
}
