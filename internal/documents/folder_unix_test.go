//go:build unix

package documents_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/documents"
)

// A special file could be endless, so it is skipped and reported.
func TestFolderWithPipes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "ex01.json"), []byte("{}"), 0o600))
	require.NoError(t, syscall.Mkfifo(filepath.Join(folder, "pipe.json"), 0o600))
	require.NoError(t, os.Symlink("pipe.json", filepath.Join(folder, "link.ndjson")))
	require.NoError(t, os.Symlink("/dev/zero", filepath.Join(folder, "zero.json")))
	require.NoError(t, os.Symlink("ex01.json", filepath.Join(folder, "ex02.json")))
	require.NoError(t, os.Symlink("gone", filepath.Join(folder, "ex03.json")))
	var notes, names, failed []string
	for document, err := range documents.Read([]string{folder}, nil, documents.Limits{}, func(s string) { notes = append(notes, s) }) {
		if err != nil {
			failed = append(failed, document.Name)
			continue
		}
		names = append(names, document.Name)
	}
	require.Equal(t, []string{folder + ": skipped, not a file: link.ndjson, pipe.json, zero.json"}, notes)
	require.Equal(t, []string{filepath.Join(folder, "ex01.json:1"), filepath.Join(folder, "ex02.json:1")}, names)
	require.Equal(t, []string{filepath.Join(folder, "ex03.json")}, failed)
}
