package printable_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/printable"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	notes := printable.NewNotes(&b)
	for i := range 1000 {
		notes.Note(fmt.Sprintf("EX%d: skipped %d bytes at byte %d of %q", i, i, i*2, fmt.Sprint("file", i)))
	}
	notes.Note("MAIL: skipped 1 bytes at byte 2 of \"x\"")
	notes.Note("EX01: it is empty")
	require.Equal(t, 6, strings.Count(b.String(), "\n"))
	require.Contains(t, b.String(), "note: EX4: skipped 4 bytes at byte 8 of \"file4\"\nnote: EX01: it is empty\n")
	b.Reset()
	notes.Counted()
	require.Equal(t, "note: and 996 more of this kind, the last: MAIL: skipped 1 bytes at byte 2 of \"x\"\n", b.String())
	b.Reset()
	notes.Counted()
	require.Empty(t, b.String(), "once")
}

// Untrusted words cannot affect the number of lines.
func TestNotesOfManyKinds(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	notes := printable.NewNotes(&b)
	for i := range 1000 {
		notes.Note(strings.Repeat("x", i) + hostile.Text)
	}
	notes.Counted()
	require.Equal(t, 100+5+1, strings.Count(b.String(), "\n"), "100 kinds, the others as one, and how many they were")
	hostile.CheckStream(t, b.String())
	require.NotContains(t, b.String(), "\nforged")
}
