// Package hostile says what every fuzz target asks of the words that come of
// input from anybody. Only tests use it.
package hostile

import (
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
