package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/printable"
)

// DiffFormats lists the formats that NewDiff knows, the default first.
var DiffFormats = []string{"text", "json", "markdown"}

// A Diff writes how servers differ, one after the other. Close writes what must
// wait for the last of them.
type Diff interface {
	Add(*diff.Server) error
	// Fail takes a document that was not compared.
	Fail(document string, why error) error
	Close(DiffCounts) error
}

// DiffCounts says what became of how many servers.
type DiffCounts struct {
	Changed     int `json:"changed"`
	Added       int `json:"added"`
	Removed     int `json:"removed"`
	Same        int `json:"same"`
	NotCompared int `json:"not_compared"` // the other side may have a document that could not be read
}

// NewDiff returns the format of that name.
func NewDiff(name string, w io.Writer, style Style) (Diff, error) {
	switch name {
	case "text":
		return diffText{printable.NewWriter(w, encoding(style.Color)), style}, nil
	case "json":
		return diffJSON{newJSONServers(w)}, nil
	case "markdown":
		return diffMarkdown{diffText{w: printable.NewWriter(w, printable.Text)}}, nil
	}
	return nil, unknownFormat(name, DiffFormats)
}

// words says what was found, in a sentence.
func (c DiffCounts) words() string {
	var words []string
	for _, part := range []struct {
		n    int
		text string
	}{
		{c.Changed, "changed"}, {c.Added, "added"}, {c.Removed, "removed"}, {c.Same, "without a difference"}, {c.NotCompared, "not compared"},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", part.n, part.text))
		}
	}
	all := c.Changed + c.Added + c.Removed + c.Same + c.NotCompared
	if all == c.Same {
		return count(all, "server", "servers") + ": no difference."
	}
	return count(all, "server", "servers") + ": " + list(words) + "."
}

// diffJSON is for programs.
type diffJSON struct{ *jsonServers }

func (d diffJSON) Add(s *diff.Server) error { return d.servers.add(s) }

func (d diffJSON) Close(counts DiffCounts) error { return d.close(counts, nil) }

// diffText is for people.
type diffText struct {
	w     io.Writer
	style Style
}

func (d diffText) Add(s *diff.Server) error {
	p := &page{Style: d.style}
	p.differences(s)
	p.line("")
	_, err := d.w.Write(p.Bytes())
	return err
}

// differences writes how a server differs.
func (p *page) differences(s *diff.Server) {
	p.heading(s.Server)
	p.prose(2, "  %s", sidesOf(s))
	for _, line := range unknownOf(s) {
		p.prose(2, "  %s", line)
	}
	same := func(text string) string { return text }
	for _, part := range partsOf(s, same) {
		p.line("  %s", part.title)
		for _, line := range part.lines {
			p.prose(6, "    %s", line)
		}
	}
}

// unknownOf says which facts the newer decision lacks.
func unknownOf(s *diff.Server) []string {
	return newDecided(*cmp.Or(s.New, s.Old)).unknown()
}

type diffPart struct {
	title string
	lines []string
}

// partsOf says how a server differs; a part without a difference is left out.
func partsOf(s *diff.Server, quote func(string) string) []diffPart {
	return slices.DeleteFunc(
		[]diffPart{{"Facts", factLines(s, quote)}, {"Decision", decisionLines(s, quote)}},
		func(part diffPart) bool { return len(part.lines) == 0 },
	)
}

// Fail leaves it to standard error to say why.
func (diffText) Fail(string, error) error { return nil }

func (d diffText) Close(counts DiffCounts) error {
	_, err := fmt.Fprintln(d.w, counts.words())
	return err
}

// diffMarkdown is for a merge request. Whatever comes from a document is in code
// spans, where it can be no link, mention or command.
type diffMarkdown struct{ diffText }

func (d diffMarkdown) Add(s *diff.Server) error {
	var text strings.Builder
	// A heading underlined, since "##" begins commands of Azure Pipelines.
	fmt.Fprintf(&text, "%s\n---\n\n%s\n\n", codeSpan(s.Server), codeSpan(sidesOf(s)))
	for _, line := range unknownOf(s) {
		fmt.Fprintf(&text, "%s\n\n", line)
	}
	for _, part := range partsOf(s, codeSpan) {
		fmt.Fprintf(&text, "%s:\n\n", part.title)
		for _, line := range part.lines {
			fmt.Fprintf(&text, "- %s\n", line)
		}
		text.WriteString("\n")
	}
	_, err := io.WriteString(d.w, text.String())
	return err
}

func (d diffMarkdown) Fail(document string, why error) error {
	_, err := fmt.Fprintf(d.w, "- Not compared: %s\n\n", codeSpan(printable.Error(why).Error()))
	return err
}

func codeSpan(text string) string {
	return "`" + strings.ReplaceAll(printable.Line(text), "`", "'") + "`"
}
