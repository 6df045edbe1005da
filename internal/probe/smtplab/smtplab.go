// Package smtplab is an SMTP server for tests that offers STARTTLS and
// X-ANONYMOUSTLS as Exchange does, and that can fail in each phase of a
// session. It accepts no mail.
package smtplab

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A Phase is a phase of a session in which a fault can replace what the server
// should send.
type Phase string

// The phases, in order.
const (
	Banner    Phase = "banner"
	Answer    Phase = "answer to EHLO"
	Ready     Phase = "answer to STARTTLS or X-ANONYMOUSTLS"
	Handshake Phase = "handshake" // after the client's first message
	Farewell  Phase = "answer to QUIT"
)

// A Server describes the answers of a server.
type Server struct {
	Name       string // in the banner; empty: ex01.corp.contoso.test
	Banner     string // replaces that of Exchange
	Extensions []string
	STARTTLS   *tls.Config // nil: not offered
	Anonymous  *tls.Config // for X-ANONYMOUSTLS; nil: not offered

	// Fault answers instead of the server if it is not nil and returns true. It
	// gets the number of the connection, from 1.
	Fault func(conn net.Conn, number int, at Phase) bool
}

// Running is a listening server.
type Running struct {
	Address string // IP:PORT

	server   Server
	listener net.Listener
	done     sync.WaitGroup

	mutex    sync.Mutex
	number   int
	open     map[net.Conn]bool
	commands []string
	presents int
}

// Start listens on an address until the test ends.
func Start(t testing.TB, address string, server Server) *Running {
	t.Helper()
	r, err := Listen(address, server)
	require.NoError(t, err)
	t.Cleanup(r.Stop)
	return r
}

// Listen listens on an address until Stop.
func Listen(address string, server Server) (*Running, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	if server.Name == "" {
		server.Name = "ex01.corp.contoso.test"
	}
	if server.Banner == "" {
		server.Banner = server.Name + " Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026 07:00:00 +0000"
	}
	r := &Running{Address: listener.Addr().String(), server: server, listener: listener, open: map[net.Conn]bool{}}
	r.done.Go(r.accept)
	return r, nil
}

// Stop ends the server and every session.
func (r *Running) Stop() {
	_ = r.listener.Close()
	r.mutex.Lock()
	for conn := range r.open {
		_ = conn.Close()
	}
	r.mutex.Unlock()
	r.done.Wait()
}

// Commands returns every line that clients sent, in plain text and in TLS.
func (r *Running) Commands() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.Clone(r.commands)
}

// Presented returns the number of clients that presented a certificate.
func (r *Running) Presented() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.presents
}

func (r *Running) accept() {
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mutex.Lock()
		r.number++
		number := r.number
		r.open[conn] = true
		r.mutex.Unlock()
		r.done.Go(func() {
			defer func() {
				_ = conn.Close()
				r.mutex.Lock()
				delete(r.open, conn)
				r.mutex.Unlock()
			}()
			s := &session{Running: r, conn: conn, number: number, in: bufio.NewReader(conn)}
			s.serve()
		})
	}
}

// A session is one connection.
type session struct {
	*Running
	conn   net.Conn
	number int
	in     *bufio.Reader
}

// faulty reports whether the fault answered.
func (s *session) faulty(at Phase) bool {
	return s.server.Fault != nil && s.server.Fault(s.conn, s.number, at)
}

func (s *session) say(at Phase, text string) bool {
	if s.faulty(at) {
		return false
	}
	_, err := fmt.Fprint(s.conn, text)
	return err == nil
}

func (s *session) serve() {
	if !s.say(Banner, "220 "+s.server.Banner+"\r\n") {
		return
	}
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mutex.Lock()
		s.commands = append(s.commands, line)
		s.mutex.Unlock()
		going := false
		switch verb, _, _ := strings.Cut(line, " "); {
		case verb == "EHLO":
			going = s.say(Answer, s.hello())
		case verb == "STARTTLS" && s.server.STARTTLS != nil:
			going = s.upgrade(s.server.STARTTLS)
		case verb == "X-ANONYMOUSTLS" && s.server.Anonymous != nil:
			going = s.upgrade(s.server.Anonymous)
		case verb == "QUIT":
			s.say(Farewell, "221 2.0.0 Service closing transmission channel\r\n")
		default:
			going = s.say("", "500 5.3.3 Unrecognized command\r\n")
		}
		if !going {
			return
		}
	}
}

// hello returns the answer to EHLO, in the format of Exchange.
func (s *session) hello() string {
	lines := append([]string{s.server.Name + " Hello [127.0.0.1]", "SIZE 37748736"}, s.server.Extensions...)
	if s.server.STARTTLS != nil {
		lines = append(lines, "STARTTLS")
	}
	if s.server.Anonymous != nil {
		lines = append(lines, "X-ANONYMOUSTLS")
	}
	last := len(lines) - 1
	return "250-" + strings.Join(lines[:last], "\r\n250-") + "\r\n250 " + lines[last] + "\r\n"
}

// upgrade starts TLS.
func (s *session) upgrade(config *tls.Config) bool {
	if !s.say(Ready, "220 2.0.0 SMTP server ready\r\n") {
		return false
	}
	if _, err := s.in.Peek(1); err != nil || s.faulty(Handshake) {
		return false
	}
	config = config.Clone()
	config.ClientAuth = max(config.ClientAuth, tls.RequestClientCert)
	conn := tls.Server(&buffered{s.conn, s.in}, config)
	if conn.Handshake() != nil {
		return false
	}
	s.mutex.Lock()
	s.presents += len(conn.ConnectionState().PeerCertificates)
	s.mutex.Unlock()
	s.conn, s.in = conn, bufio.NewReader(conn)
	return true
}

// buffered first reads what is already in the reader's buffer.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

func (b *buffered) Read(data []byte) (int, error) { return b.in.Read(data) }

// At returns a fault that occurs in one phase of all connections from a number
// on.
func At(phase Phase, from int, fault func(net.Conn)) func(net.Conn, int, Phase) bool {
	return func(conn net.Conn, number int, at Phase) bool {
		if at != phase || number < from {
			return false
		}
		fault(conn)
		return true
	}
}

// Stall sends nothing until the client disconnects.
func Stall(conn net.Conn) {
	var data [512]byte
	for {
		if _, err := conn.Read(data[:]); err != nil {
			return
		}
	}
}

// Say returns a fault that sends something, and then nothing until the client
// disconnects.
func Say(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = fmt.Fprint(conn, text)
		Stall(conn)
	}
}

// Repeat returns a fault that sends something endlessly.
func Repeat(text string) func(net.Conn) {
	data := []byte(strings.Repeat(text, 1+8192/len(text)))
	return func(conn net.Conn) {
		for {
			if _, err := conn.Write(data); err != nil {
				return
			}
		}
	}
}

// Reset ends the connection with RST.
func Reset(conn net.Conn) {
	if b, ok := conn.(*net.TCPConn); ok {
		_ = b.SetLinger(0)
	}
	_ = conn.Close()
}

// Hang closes the connection.
func Hang(conn net.Conn) { _ = conn.Close() }

// Alert sends a fatal TLS alert.
func Alert(description byte) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Write([]byte{21, 3, 1, 0, 2, 2, description})
		time.Sleep(10 * time.Millisecond) // so that it arrives before the connection ends
		Stall(conn)
	}
}
