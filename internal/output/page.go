package output

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	prettytext "github.com/jedib0t/go-pretty/v6/text"

	"github.com/transportcert/transportcert/internal/printable"
)

// defaultWidth is where prose breaks, in characters, where a Style does not say.
// Whatever is there to be copied, a thumbprint or a command, never breaks.
const defaultWidth = 100

// A Style says how text for people looks.
type Style struct {
	Color   bool
	Width   int  // in characters; 0: 100
	Summary bool // the tables of servers alone, where there are any
}

// Colors, as terminals know them (ECMA-48, SGR).
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// A page is text for people. Whatever string it is given it makes Printable,
// so that no formatter can forget to; only colors pass as they are.
type page struct {
	bytes.Buffer
	Style
	names *strings.Replacer // of thumbprints in sentences; nil: none
}

// pages writes a page for each value, with an empty line between two.
type pages[T any] struct {
	w     io.Writer
	style Style
	fill  func(*page, T) error
	many  bool // one was written before
}

func newPages[T any](w io.Writer, style Style, fill func(*page, T) error) *pages[T] {
	return &pages[T]{w: printable.NewWriter(w, encoding(style.Color)), style: style, fill: fill}
}

func (s *pages[T]) Write(value T) error {
	p := &page{Style: s.style}
	if s.many {
		p.line("")
	}
	if err := s.fill(p, value); err != nil {
		return err
	}
	s.many = true
	_, err := s.w.Write(p.Bytes())
	return err
}

func (*pages[T]) Close() error { return nil }

// named makes the thumbprints of a sentence readable.
func (p *page) named(sentence string) string {
	if p.names == nil {
		return sentence
	}
	return p.names.Replace(sentence)
}

func (p *page) lineWidth() int { return cmp.Or(p.Width, defaultWidth) }

// A painted text is printable and can hold colors.
type painted string

// paint colors a text; an empty color is none.
func (p *page) paint(color, text string) painted {
	if !p.Color || color == "" {
		return plain(text)
	}
	return "\x1b[" + painted(color) + "m" + plain(text) + "\x1b[0m"
}

// severity shows the severity of an event or a finding.
func (p *page) severity(severity string) painted {
	return p.paint(map[string]string{"error": red, "warning": yellow}[severity], severity)
}

func plain(text string) painted { return painted(printable.Line(text)) }

// line writes one line that does not break.
func (p *page) line(format string, args ...any) {
	p.WriteString(p.sprintf(format, args...))
	p.WriteByte('\n')
}

// title writes what the text below it is about, underlined.
func (p *page) title(words, line string) {
	words = printable.Line(words)
	p.line("%s", p.paint(bold, words))
	p.line("%s", strings.Repeat(line, utf8.RuneCountInString(words)))
}

// prose writes a sentence or more, broken between words, every line but the
// first indented.
func (p *page) prose(indent int, format string, args ...any) {
	p.WriteString(wrap(p.sprintf(format, args...), p.lineWidth(), indent))
	p.WriteByte('\n')
}

// wrap breaks each line of a text between words, and indents what comes behind a
// break. Colors have no width.
func wrap(text string, width, indent int) string {
	var b strings.Builder
	for n, line := range strings.Split(text, "\n") {
		if n > 0 {
			b.WriteByte('\n')
		}
		column := 0
		for i, word := range strings.Split(line, " ") {
			length := prettytext.StringWidthWithoutEscSequences(word)
			switch {
			case i == 0:
			case column+1+length > width:
				b.WriteString("\n" + strings.Repeat(" ", indent))
				column = indent
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += length
		}
	}
	return b.String()
}

func (p *page) sprintf(format string, args ...any) string {
	safe := make([]any, len(args))
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			arg = printable.Line(text)
		}
		safe[i] = arg
	}
	return fmt.Sprintf(format, safe...)
}
