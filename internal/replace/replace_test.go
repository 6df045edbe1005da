package replace_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/replace"
)

func text(s string) io.WriterTo { return strings.NewReader(s) }

func TestFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, strings.Repeat("x", 250))
	require.NoError(t, replace.File(path, text("one")))
	require.NoError(t, replace.File(path, text("two")))
	require.Equal(t, "two", read(t, path))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file is left")

	err = replace.File(filepath.Join(folder, "missing", "file"), text(""))
	require.ErrorContains(t, err, "writing "+filepath.Join(folder, "missing", "file")+": ")
	require.Error(t, replace.File(folder, text("")))
}

func TestModeStays(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has other modes")
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	for _, mode := range []os.FileMode{0o600, 0o640, 0o666, 0o400, 0o755} {
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, os.Chmod(path, mode))
		require.NoError(t, replace.File(path, text(mode.String())))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode())
		require.NoError(t, os.Remove(path))
	}
	// A new file has the mode that the umask permits.
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	want, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, replace.File(filepath.Join(folder, "new"), text("")))
	got, err := os.Stat(filepath.Join(folder, "new"))
	require.NoError(t, err)
	require.Equal(t, want.Mode(), got.Mode())
}

func TestLinkStays(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, link := filepath.Join(folder, "file"), filepath.Join(folder, "link")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	if err := os.Symlink("file", link); err != nil {
		t.Skip(err)
	}
	require.NoError(t, replace.File(link, text("new")))
	require.Equal(t, "new", read(t, path))
	target, err := os.Readlink(link)
	require.NoError(t, err)
	require.Equal(t, "file", target)
}

// A special file stays what it is.
func TestDevice(t *testing.T) {
	t.Parallel()
	require.NoError(t, replace.File(os.DevNull, text("gone")))
	info, err := os.Lstat(os.DevNull)
	require.NoError(t, err)
	require.False(t, info.Mode().IsRegular())
}

// A file that could not be written is unchanged.
func TestFailure(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.EqualError(t, replace.File(path, broken{}), "writing "+path+": broken")
	require.Equal(t, "old", read(t, path))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

type broken struct{}

func (broken) WriteTo(w io.Writer) (int64, error) {
	_, _ = bytes.NewBufferString("half").WriteTo(w)
	return 4, errors.New("broken")
}

func TestSame(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(names ...string) string { return filepath.Join(append([]string{folder}, names...)...) }
	require.NoError(t, os.Mkdir(in("sub"), 0o700))
	require.NoError(t, os.WriteFile(in("file"), nil, 0o600))
	require.True(t, replace.Same(in("file"), folder+"/sub/../file"))
	require.True(t, replace.Same("new", "./new"))
	require.False(t, replace.Same(in("file"), in("other")))
	require.False(t, replace.Same(in("new"), in("sub", "new")))
	require.False(t, replace.Same(in("missing", "new"), in("missing2", "new")))
	for link, target := range map[string]string{"folder": "sub", "to-file": "file", "to-new": "new"} {
		if err := os.Symlink(target, in(link)); err != nil {
			t.Skip(err)
		}
	}
	require.NoError(t, os.Link(in("file"), in("hard")))
	require.True(t, replace.Same(in("folder", "new"), in("sub", "new")), "a folder is a link")
	require.True(t, replace.Same(in("to-file"), in("file")))
	require.True(t, replace.Same(in("hard"), in("file")))
	require.True(t, replace.Same(in("to-new"), in("new")), "of which neither is there")

	// Whether case matters depends on the file system.
	require.NoError(t, os.WriteFile(in("case"), nil, 0o600))
	_, err := os.Stat(in("CASE"))
	require.Equal(t, err == nil, replace.Same(in("case"), in("CASE")))
	require.NoError(t, os.Remove(in("case")))
	require.Equal(t, err == nil, replace.Same(in("case"), in("CASE")))
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}
