//go:build unix

package replace_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/replace"
)

func TestOwnerStays(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o640))
	require.NoError(t, os.Chown(path, 12345, 23456))
	require.NoError(t, replace.File(path, text("new")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	stat := info.Sys().(*syscall.Stat_t)
	require.EqualValues(t, 12345, stat.Uid)
	require.EqualValues(t, 23456, stat.Gid)
	require.Equal(t, os.FileMode(0o640), info.Mode())
}

// A named pipe is written directly.
func TestPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	got := make(chan string)
	go func() { got <- read(t, path) }()
	require.NoError(t, replace.File(path, text("through")))
	require.Equal(t, "through", <-got)
}
