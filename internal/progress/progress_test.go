package progress

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBar(t *testing.T) {
	t.Parallel()
	var terminal strings.Builder
	bar := &Bar{out: &terminal, shows: true}
	bar.Set("entries", 500, -1)
	require.Regexp(t, `entries.*\(500/-`, terminal.String())
	bar.Set("servers", 80, 320)
	require.Regexp(t, `servers  25% \|█+ +\| \(80/320\)`, terminal.String())

	// At the end, nothing of it remains.
	terminal.Reset()
	bar.Set("servers", 320, 320)
	bar.Clear()
	require.Regexp(t, `^[\r ]+\r$`, terminal.String())
	terminal.Reset()
	bar.Clear()
	require.Empty(t, terminal.String())
}

func TestNoTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	defer file.Close()
	bar := New(file)
	bar.Set("servers", 1, 2)
	bar.Clear()
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	require.Empty(t, text)
}
