// Package printable makes messages of texts that come from anybody. Names come
// from directories, certificates and files, where somebody may have put an
// escape sequence, a character that turns the direction of writing, or a
// megabyte.
package printable

import (
	"strconv"
	"strings"
	"unicode"
)

// maxMessage is how many bytes a message may have.
const maxMessage = 8 << 10

// Text returns text as a terminal shows it. What has no shape of its own is
// written as Go writes it in a string, \x1b or \u202e, but for the characters
// to keep.
func Text(text, keep string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsGraphic(r) || strings.ContainsRune(keep, r) {
			b.WriteRune(r) // bytes that are not UTF-8 become U+FFFD
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// Message is Text with line ends and tabs as they are, cut where it gets
// longer than anybody reads.
func Message(text string) string {
	const cut = " … (the message is cut here)"
	shown := Text(text[:min(len(text), maxMessage+1)], "\n\t")
	if len(shown) <= maxMessage {
		return shown
	}
	return strings.ToValidUTF8(shown[:maxMessage-len(cut)], "") + cut
}

// Error returns err with its text made a Message. It is nil where err is.
func Error(err error) error {
	if err == nil || err.Error() == Message(err.Error()) {
		return err
	}
	return message{err}
}

type message struct{ error }

func (m message) Error() string { return Message(m.error.Error()) }

func (m message) Unwrap() error { return m.error }
