package printable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/printable"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		`Büro "EX01" \ 'x' …`:   `Büro "EX01" \ 'x' …`,
		"a\x1b[2J\u202eb\u200b": `a\x1b[2J\u202eb\u200b`,
		"a\xff\xfeb":            "a\ufffd\ufffdb",
		"a\ufffdb":              "a\ufffdb",
		"a\nb\tc\r":             `a\nb\tc\r`,
		"a\x00b\x7f":            `a\x00b\x7f`,
		"\u009b31m":             `\u009b31m`,
		"a\u2066x\u2069":        `a\u2066x\u2069`,
		"line\u2028end\u0085":   `line\u2028end\u0085`,
		"zero\ufeff":            `zero\ufeff`,
		"Zürich, Ελλάδα, 日本 é":  "Zürich, Ελλάδα, 日本 é",
	} {
		require.Equal(t, want, printable.Line(text))
	}
	require.Equal(t, "a\nb\tc\\r", printable.Lines("a\nb\tc\r"))
}

func TestMessage(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\n  b", printable.Message("a\n  b"))
	for _, text := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\xff", 1<<20), strings.Repeat("ü", 1<<20), strings.Repeat("\x1b", 8<<10)} {
		hostile.Check(t, printable.Message(text))
	}
	const cut = " … (truncated)"
	require.Equal(t, strings.Repeat("x", 8<<10), printable.Message(strings.Repeat("x", 8<<10)))
	require.Equal(t, strings.Repeat("x", 8<<10-len(cut))+cut, printable.Message(strings.Repeat("x", 8<<10+1)))
}

func TestReport(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\n  b\n    c\n  d", printable.Report("a\n  b\n    c\nd"))
	require.Equal(t, "open x\n  ::error::y\\r: no", printable.Report("open x\n::error::y\r: no"))
}

func TestError(t *testing.T) {
	t.Parallel()
	require.NoError(t, printable.Error(nil))
	clean := errors.New("clean")
	require.Equal(t, clean, printable.Error(clean))
	err := printable.Error(fmt.Errorf("\x1b: %w", fs.ErrNotExist))
	require.EqualError(t, err, `\x1b: file does not exist`)
	require.ErrorIs(t, err, fs.ErrNotExist)

	require.NoError(t, printable.OneLine(nil))
	require.Equal(t, clean, printable.OneLine(clean))
	err = printable.OneLine(fmt.Errorf("a\nb: %w", fs.ErrNotExist))
	require.EqualError(t, err, `a\nb: file does not exist`)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func FuzzMessage(f *testing.F) {
	f.Add("a\x1b[2J\n\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		message := printable.Message(text)
		hostile.Check(t, message)
		require.Equal(t, message, printable.Message(message))
	})
}
