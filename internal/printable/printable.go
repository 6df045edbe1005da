// Package printable makes untrusted text safe for a terminal and for the log of
// a CI system. Names come from directories, certificates and files, and could
// contain an escape sequence, a line break, a command for a CI system, a
// character that changes the direction of writing, or a megabyte.
package printable

import (
	"strconv"
	"strings"
	"unicode"
)

// maxMessage limits the size of a message, in bytes.
const maxMessage = 8 << 10

// Line returns text as one line: every character that is not printable is
// escaped as in a Go string: \n, \x1b or \u202e.
func Line(text string) string { return shown(text, "") }

// Lines is like Line for text with lines of our own: line breaks and tabs are
// preserved.
func Lines(text string) string { return shown(text, "\n\t") }

func shown(text, keep string) string {
	if isPlain(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsGraphic(r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r) // bytes that are not UTF-8 become U+FFFD
		} else {
			b.WriteString(escaped(r))
		}
	}
	return b.String()
}

// isPlain reports whether text is ASCII without control characters.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func escaped(r rune) string { return strings.Trim(strconv.QuoteRune(r), "'") }

// Message is like Lines, truncated if it is too long to read.
func Message(text string) string {
	const cut = " … (truncated)"
	shown := Lines(text[:min(len(text), maxMessage+1)])
	if len(shown) <= maxMessage {
		return shown
	}
	return strings.ToValidUTF8(shown[:maxMessage-len(cut)], "") + cut
}

// Report is like Message with every line but the first indented, so that no
// line begins with untrusted text.
func Report(text string) string {
	return strings.NewReplacer("\n\n", "\n\n  ", "\n  ", "\n  ", "\n", "\n  ").Replace(strings.TrimRight(Message(text), "\n"))
}

// Error returns err with its text converted by Message, or nil if err is nil.
func Error(err error) error { return withText(err, Message) }

// OneLine returns err with its text converted by Line, because errors of the
// operating system contain file names. It returns nil if err is nil.
func OneLine(err error) error { return withText(err, Line) }

func withText(err error, convert func(string) string) error {
	if err == nil || err.Error() == convert(err.Error()) {
		return err
	}
	return converted{err, convert(err.Error())}
}

type converted struct {
	error
	text string
}

func (c converted) Error() string { return c.text }

func (c converted) Unwrap() error { return c.error }
