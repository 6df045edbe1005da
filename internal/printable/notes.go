package printable

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

const (
	mostOfAKind = 5   // notes of a kind that are written
	mostKinds   = 100 // all others count as one kind
)

// Notes is a Writer of Text that also writes notes about what was skipped or
// could not be read. A malicious input can cause a million notes, so it writes
// at most five of each kind and counts the others.
type Notes struct {
	*Writer
	kinds map[string]*kind
}

type kind struct {
	count int
	last  string
}

// NewNotes returns Notes that writes to out.
func NewNotes(out io.Writer) *Notes {
	return &Notes{Writer: NewWriter(out, Text), kinds: map[string]*kind{}}
}

// Note writes a note on its own line, or counts it.
func (n *Notes) Note(sentence string) {
	name := kindOf(sentence)
	if n.kinds[name] == nil && len(n.kinds) >= mostKinds {
		name = ""
	}
	if n.kinds[name] == nil {
		n.kinds[name] = &kind{}
	}
	of := n.kinds[name]
	of.count++
	if of.count > mostOfAKind {
		of.last = Line(Message(sentence))
		return
	}
	fmt.Fprintf(n.Writer, "note: %s\n", Line(Message(sentence)))
}

// Counted writes the number of notes that were not written.
func (n *Notes) Counted() {
	var counted []*kind
	for _, of := range n.kinds {
		if of.last != "" {
			counted = append(counted, of)
		}
	}
	slices.SortFunc(counted, func(a, b *kind) int { return strings.Compare(a.last, b.last) })
	for _, of := range counted {
		fmt.Fprintf(n.Writer, "note: and %d more of this kind, the last: %s\n", of.count-mostOfAKind, of.last)
	}
	clear(n.kinds)
}

// kindOf returns what notes of one kind have in common. It ignores the server
// at the beginning and words that contain a digit, a path separator or a
// quotation mark.
func kindOf(sentence string) string {
	sentence = sentence[:min(len(sentence), maxMessage)]
	if name, rest, ok := strings.Cut(sentence, ": "); ok && !strings.Contains(name, " ") {
		sentence = rest
	}
	words := strings.Fields(sentence)
	return strings.Join(slices.DeleteFunc(words, func(word string) bool {
		return strings.ContainsFunc(word, unicode.IsDigit) || strings.ContainsAny(word, `/\"'=@`)
	}), " ")
}
