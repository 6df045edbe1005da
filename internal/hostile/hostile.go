// Package hostile says what every fuzz target asks of the words that come of
// input from anybody, and is a host that answers anything. Only tests use it.
package hostile

import (
	"net"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// maxText is how many bytes a message may have: twenty faults of a document,
// each with its path, have fewer.
const maxText = 16 << 10

// Check fails the test where a message, an error's or a report's, is longer
// than anybody reads, or holds what a terminal would obey.
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

// Text is a name as somebody could choose it: it tries to begin a line, to be a
// command for a CI system, and to be obeyed by a terminal.
const Text = "::error::a\n::error::b\r\n\t::error::c ##vso[task.complete]###vso[a]##[error]d #\x1b[2J\x1b[31m\x1b]0;x\x07" +
	"\u009b31m\u202e\u2066\u2028\u2029\u0085\x00\x7f'\"$(a)\nforged"

// CheckStream fails the test where a stream holds a control character or what a
// CI system takes for a command.
func CheckStream(t testing.TB, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		hidden := func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' && r != '\t' }
		if !utf8.ValidString(line) || strings.ContainsFunc(line, hidden) {
			t.Errorf("a line that a terminal obeys: %.300q", line)
		}
		if strings.Contains(line, "##") || strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line that a CI system obeys: %.300q", line)
		}
	}
}

// Listen calls answer with each connection to a host on loopback, until the test
// ends, and returns its address.
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
