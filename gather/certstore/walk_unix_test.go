//go:build unix

package certstore_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	outside := folder(t, map[string][]byte{"ex02.crt": testdata(t, "ex02.crt")})
	dir := folder(t, map[string][]byte{"data/tls.crt": testdata(t, "ex01.crt"), "data/tls.key": testdata(t, "ex01.key")})
	link := func(target, name string) { require.NoError(t, os.Symlink(target, filepath.Join(dir, name))) }
	link("data/tls.crt", "a-inside")
	link(filepath.Join(outside, "ex02.crt"), "b-outside")
	link("..", "c-loop")
	link("data", "d-folder")
	link("not-there", "e-nowhere")
	link("f-itself", "f-itself")
	require.NoError(t, unix.Mkfifo(filepath.Join(dir, "g-pipe"), 0o600))

	doc, reports, err := gatherFiles(certstore.Files{Paths: []string{dir}})
	require.NoError(t, err)
	require.Equal(t, []fact{{ex01, &yes, ""}}, facts(doc.Certificates))
	for i, want := range []string{
		"b-outside: path escapes from parent",
		"c-loop: path escapes from parent",
		"d-folder: expected a file, found a link to a folder",
		"e-nowhere: no such file or directory",
		"f-itself: too many levels of symbolic links",
		"g-pipe: expected a file, found a named pipe",
	} {
		require.Equal(t, "skipped "+filepath.Join(dir, want), reports[i])
	}
	require.Len(t, reports, 6)

	// A link given as the path itself is followed.
	for _, path := range []string{"b-outside", "d-folder"} {
		_, reports, err := gatherFiles(certstore.Files{Paths: []string{filepath.Join(dir, path)}})
		require.NoError(t, err)
		require.Empty(t, reports)
	}
	_, _, err = gatherFiles(certstore.Files{Paths: []string{filepath.Join(dir, "g-pipe")}})
	require.ErrorContains(t, err, "g-pipe: expected a file or a folder, found a named pipe")
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := folder(t, map[string][]byte{"a": testdata(t, "ex01.crt"), "b": testdata(t, "ex02.crt"), "c/d": testdata(t, "ex02.crt")})
	require.NoError(t, os.Chmod(filepath.Join(dir, "b"), 0))
	require.NoError(t, os.Chmod(filepath.Join(dir, "c"), 0))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "c"), 0o700) })
	_, reports, err := gatherFiles(certstore.Files{Paths: []string{dir}})
	require.NoError(t, err)
	require.Equal(t, []string{"skipped " + filepath.Join(dir, "b") + ": permission denied", "skipped " + filepath.Join(dir, "c") + ": permission denied"}, reports)
	for _, path := range []string{"b", "c"} {
		_, _, err = gatherFiles(certstore.Files{Paths: []string{filepath.Join(dir, path)}})
		require.ErrorContains(t, err, "permission denied")
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	t.Run("depth", func(t *testing.T) {
		t.Parallel()
		deepest := strings.Repeat("d/", 32)
		dir := folder(t, map[string][]byte{deepest + "a": testdata(t, "ex01.crt"), deepest + "d/b": testdata(t, "ex02.crt")})
		doc, reports, err := gatherFiles(certstore.Files{Paths: []string{dir}})
		require.NoError(t, err)
		require.Equal(t, []fact{{ex01, nil, ""}}, facts(doc.Certificates))
		require.Equal(t, []string{"skipped " + filepath.Join(dir, deepest+"d") + ": it is more than 32 folders deep"}, reports)
	})
	t.Run("size", func(t *testing.T) {
		t.Parallel()
		dir := folder(t, map[string][]byte{"a": testdata(t, "ex01.crt"), "b": {}})
		require.NoError(t, os.Truncate(filepath.Join(dir, "b"), 16<<20+1))
		_, reports, err := gatherFiles(certstore.Files{Paths: []string{dir}})
		require.NoError(t, err)
		require.Equal(t, []string{"skipped " + filepath.Join(dir, "b") + ": expected at most 16777216 bytes, found more"}, reports)
		_, _, err = gatherFiles(certstore.Files{Paths: []string{filepath.Join(dir, "b")}})
		require.ErrorContains(t, err, "expected at most 16777216 bytes, found more")
	})
	t.Run("files", func(t *testing.T) {
		t.Parallel()
		files := map[string][]byte{"a": testdata(t, "ex01.crt")}
		for i := range 10_000 {
			files["b"+strconv.Itoa(i)] = nil
		}
		dir := folder(t, files)
		_, _, err := gatherFiles(certstore.Files{Paths: []string{dir}})
		require.EqualError(t, err, "certificate files: "+dir+": expected at most 10000 files, found more")
		_, _, err = gatherFiles(certstore.Files{Paths: []string{dir}, Limits: certstore.Limits{Files: 10_001}})
		require.NoError(t, err)
	})
	t.Run("certificates", func(t *testing.T) {
		t.Parallel()
		dir := folder(t, map[string][]byte{"a": testdata(t, "ex01.crt"), "b": testdata(t, "ex02.crt"), "c": testdata(t, "ex02.crt")})
		_, _, err := gatherFiles(certstore.Files{Paths: []string{dir}, Limits: certstore.Limits{Certificates: 1}})
		require.EqualError(t, err, "certificate files: "+dir+": expected at most 1 certificates, found more")
		_, _, err = gatherFiles(certstore.Files{Paths: []string{dir}, Limits: certstore.Limits{Certificates: 2}})
		require.NoError(t, err)
	})
	t.Run("time", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		err := certstore.Files{Paths: []string{"testdata"}}.Gather(ctx, &gather.Document{})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestLocalMachineOnOtherSystems(t *testing.T) {
	t.Parallel()
	err := certstore.LocalMachine{}.Gather(context.Background(), &gather.Document{})
	require.ErrorContains(t, err, `certificate store LocalMachine\My: it exists only on Windows; this is `)
}
