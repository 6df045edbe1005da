package spool

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Everything that was written is returned once, wherever it was stored, and no
// file remains.
func TestSpool(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder) // Windows
	for _, size := range []int{0, 1, inMemory, inMemory + 1, 3*inMemory + 7} {
		var s Spool
		var want bytes.Buffer
		for want.Len() < size {
			part := bytes.Repeat([]byte{byte(want.Len())}, min(size-want.Len(), 100_003))
			want.Write(part)
			n, err := s.Write(part)
			require.NoError(t, err)
			require.Equal(t, len(part), n)
		}
		require.Equal(t, size > inMemory, s.file != nil)
		require.LessOrEqual(t, s.memory.Len(), inMemory)
		require.EqualValues(t, size, s.Len())
		var got bytes.Buffer
		n, err := s.WriteTo(&got)
		require.NoError(t, err)
		require.EqualValues(t, size, n)
		require.True(t, bytes.Equal(want.Bytes(), got.Bytes()))
		require.Zero(t, s.Len())
		n, err = s.WriteTo(&got)
		require.NoError(t, err)
		require.Zero(t, n)
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
}

type broken struct{ error }

func (b broken) Write([]byte) (int, error) { return 0, b }

// An error comes from the writer or names the temporary file.
func TestSpoolErrors(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	for _, size := range []int{1, inMemory + 1} {
		var s Spool
		_, err := s.Write(make([]byte, size))
		require.NoError(t, err)
		full := errors.New("full")
		_, err = s.WriteTo(broken{full})
		require.ErrorContains(t, err, "full")
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)

	require.NoError(t, os.Remove(folder))
	var s Spool
	_, err = s.Write(make([]byte, inMemory+1))
	require.ErrorContains(t, err, "creating a temporary file: ")
	require.NoError(t, s.Close())
}
