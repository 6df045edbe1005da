// Package files reads files from administrators and other programs, with a
// limited size and in the encodings that Windows writes.
package files

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/text/encoding/unicode"
)

// Read reads a file of at most limit bytes. An error names the path.
func Read(path string, limit int64) ([]byte, error) {
	return ReadFrom(nil, path, limit)
}

// ReadFrom is like Read for a path of a file system; nil means the system's
// files.
func ReadFrom(system fs.FS, path string, limit int64) ([]byte, error) {
	file, err := In(system).Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := ReadAll(file, limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// In returns a file system, or the system's files if it is nil. These have the
// paths of the system.
func In(system fs.FS) fs.FS {
	if system == nil {
		return systemFiles{}
	}
	return system
}

type systemFiles struct{}

func (systemFiles) Open(path string) (fs.File, error) { return os.Open(path) }

func (systemFiles) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

func (systemFiles) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

// ReadAll reads to the end, but at most limit bytes.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("expected at most %d bytes, found more", limit)
	}
	return data, nil
}

// Text returns text in UTF-8 without a byte order mark. UTF-16, which Windows
// PowerShell writes, is recognized by its byte order mark; text without a mark
// is returned unchanged.
func Text(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, fmt.Errorf("expected UTF-16, as its byte order mark says: %w", err)
		}
		return text, nil
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}
