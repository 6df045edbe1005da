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
