// Package hostile checks the messages that untrusted input causes, for all fuzz
// tests, and provides a host that answers anything. It is used only by tests.
package hostile

import (
	"net"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// maxText limits the size of a message, in bytes. Twenty faults of a document,
// each with its path, are shorter.
const maxText = 16 << 10

// Check fails the test if a message of an error or a report is too long to
// read, or contains control sequences of a terminal.
func Check(t testing.TB, message string) {
	t.Helper()
	if len(message) > maxText {
		t.Errorf("a message of %d bytes: %.200q…", len(message), message)
	}
	hidden := func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' }
	if !utf8.ValidString(message) || strings.ContainsFunc(message, hidden) {
		t.Errorf("a message that is not plain text: %.200q", message)
	}
}

// Text is a malicious name: it tries to start a line, to be a command for a CI
// system, and to control a terminal.
const Text = "::error::a\n::error::b\r\n\t::error::c ##vso[task.complete]###vso[a]##[error]d #\x1b[2J\x1b[31m\x1b]0;x\x07" +
	"\u009b31m\u202e\u2066\u2028\u2029\u0085\x00\x7f'\"$(a)\nforged"

// CheckStream fails the test if a stream contains a control character or a
// command for a CI system.
func CheckStream(t testing.TB, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		hidden := func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' }
		if !utf8.ValidString(line) || strings.ContainsFunc(line, hidden) {
			t.Errorf("a line with a terminal control sequence: %.300q", line)
		}
		if strings.Contains(line, "##") || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line with a command for a CI system: %.300q", line)
		}
	}
}

// Listen calls answer for each connection to a host on loopback until the test
// ends, and returns the host's address.
func Listen(t testing.TB, answer func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				answer(conn.(*net.TCPConn))
			}()
		}
	}()
	return listener.Addr().String()
}
