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

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		`Büro "EX01" \ 'x' …`:   `Büro "EX01" \ 'x' …`,
		"a\x1b[2J\u202eb\u200b": `a\x1b[2J\u202eb\u200b`,
		"a\xff\xfeb":            "a\ufffd\ufffdb",
		"a\ufffdb":              "a\ufffdb",
		"a\nb\tc\r":             `a\nb\tc\r`,
	} {
		require.Equal(t, want, printable.Text(text, ""))
	}
	require.Equal(t, "a\nb\tc\\r", printable.Text("a\nb\tc\r", "\n\t"))
}

func TestMessage(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\n  b", printable.Message("a\n  b"))
	for _, text := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\xff", 1<<20), strings.Repeat("ü", 1<<20), strings.Repeat("\x1b", 8<<10)} {
		hostile.Check(t, printable.Message(text))
	}
	const cut = " … (the message is cut here)"
	require.Equal(t, strings.Repeat("x", 8<<10), printable.Message(strings.Repeat("x", 8<<10)))
	require.Equal(t, strings.Repeat("x", 8<<10-len(cut))+cut, printable.Message(strings.Repeat("x", 8<<10+1)))
}

func TestError(t *testing.T) {
	t.Parallel()
	require.NoError(t, printable.Error(nil))
	clean := errors.New("clean")
	require.Equal(t, clean, printable.Error(clean))
	err := printable.Error(fmt.Errorf("\x1b: %w", fs.ErrNotExist))
	require.EqualError(t, err, `\x1b: file does not exist`)
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
