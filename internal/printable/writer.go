package printable

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// An Encoding is the format of a Writer's stream. It determines how an unsafe
// character is escaped.
type Encoding int

const (
	Text     Encoding = iota // for people: \x1b, and "# #" for "##"
	Colored                  // Text with the colors of ECMA-48 (SGR)
	JSON                     // \u001b, and #\u0023 for "##"; no value changes
	XML                      // &#x1B;, and #&#x23; for "##"; no value changes
	Commands                 // Text with commands for a CI system
)

// A Writer is the last stage before text reaches a terminal or the log of a CI
// system. It lets through no control characters except line breaks and tabs,
// and nothing that a CI system would treat as a command: "##" anywhere in a
// line (Azure Pipelines, TeamCity), and "::" at the beginning of a line (GitHub
// Actions).
type Writer struct {
	out     io.Writer
	as      Encoding
	lock    sync.Mutex // an interrupted command reports while other code still writes
	partial []byte     // the beginning of an incomplete character or color
	begun   bool       // the line has characters other than white space
	opened  bool       // the line consists of a colon so far
	hash    bool       // the last character is #
}

// NewWriter returns a Writer to out. It buffers only incomplete characters and
// colors.
func NewWriter(out io.Writer, as Encoding) *Writer { return &Writer{out: out, as: as} }

// Below returns the stream that w writes to if it is a Writer, and otherwise w,
// so that callers can distinguish a terminal from a file.
func Below(w io.Writer) io.Writer {
	switch writer := w.(type) {
	case *Writer:
		return writer.out
	case *Notes:
		return writer.out
	}
	return w
}

// Write writes data in a single write.
func (w *Writer) Write(data []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.as == JSON && len(w.partial) == 0 && !w.hash && passes(data) { // true for most of a long stream
		w.hash = bytes.HasSuffix(data, []byte("#"))
		return w.out.Write(data)
	}
	text := data
	if len(w.partial) > 0 {
		text = append(w.partial, data...)
		w.partial = nil
	}
	var b bytes.Buffer
	b.Grow(len(text))
	for len(text) > 0 {
		n, begins := w.color(text)
		if begins || !utf8.FullRune(text) {
			w.partial = bytes.Clone(text)
			break
		}
		if n > 0 {
			b.Write(text[:n])
			text = text[n:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		w.rune(&b, r)
		text = text[n:]
	}
	if _, err := w.out.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(data), nil
}

// passes reports whether JSON can be written unchanged, whatever came before.
func passes(data []byte) bool {
	for i, c := range data {
		if c > '~' || c < ' ' && c != '\n' && c != '\t' || c == '#' && i > 0 && data[i-1] == '#' {
			return false
		}
	}
	return true
}

// color returns the length of the color sequence at the beginning of text, or
// 0, and whether text is only the beginning of one.
func (w *Writer) color(text []byte) (length int, begins bool) {
	if w.as != Colored || text[0] != '\x1b' {
		return 0, false
	}
	for _, color := range []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
		if bytes.HasPrefix(text, []byte(color)) {
			return len(color), false
		}
		begins = begins || strings.HasPrefix(color, string(text))
	}
	return 0, begins
}

func (w *Writer) rune(b *bytes.Buffer, r rune) {
	command := r == '#' && w.hash || r == ':' && w.opened
	switch {
	case r == '\n':
		w.begun = false
	case r == '\t':
	case !unicode.IsGraphic(r):
		w.begun, w.opened, w.hash = true, false, false
		w.escape(b, r)
		return
	case command && (w.as == Text || w.as == Colored):
		b.WriteByte(' ')
	case command && r == '#' && w.as != Commands:
		w.escape(b, r)
		return
	}
	w.hash = r == '#'
	w.opened = r == ':' && !w.begun
	w.begun = w.begun || !unicode.IsSpace(r)
	b.WriteRune(r) // bytes that are not UTF-8 become U+FFFD
}

func (w *Writer) escape(b *bytes.Buffer, r rune) {
	switch w.as {
	case JSON:
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(b, `\u%04x`, unit)
		}
	case XML:
		fmt.Fprintf(b, "&#x%X;", r)
	default:
		b.WriteString(escaped(r))
	}
}

// Harmless returns text as a Writer of Text writes it.
func Harmless(text string) string {
	var b bytes.Buffer
	_, _ = NewWriter(&b, Text).Write([]byte(text)) // a buffer takes everything
	return b.String()
}

// File returns the file that w writes to, or nil.
func File(w io.Writer) *os.File {
	file, _ := Below(w).(*os.File)
	return file
}
