package exports

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"
)

const (
	// zipDirectory is the number of bytes of a zip file's directory that are
	// read for each file that it may contain. The script's entries take less
	// than 200.
	zipDirectory = 1024
	// zipRatio limits the compression ratio of a file. That of real exports is
	// below 10.
	zipRatio = 250
	// zipFree is the size up to which the ratio is not checked.
	zipFree = 1 << 20
	// encrypted is the flag of an encrypted entry (APPNOTE.TXT, 4.4.4).
	encrypted = 1
)

// openZip opens Dir if it is a zip file, and returns whether it is.
func (g Gatherer) openZip(size int64) (t tree, isZip bool, err error) {
	archive, err := os.Open(g.Dir)
	if err != nil {
		return tree{}, false, err
	}
	defer func() {
		if err != nil || !isZip {
			err = errors.Join(err, archive.Close())
		}
	}()
	mark := make([]byte, 4)
	if _, err := archive.ReadAt(mark, 0); err != nil && !errors.Is(err, io.EOF) {
		return tree{}, false, err
	}
	if !IsZip(mark) {
		return tree{}, false, nil
	}
	files, err := ReadZip(archive, size, g.Limits)
	if err != nil {
		return tree{}, true, fmt.Errorf("%s: %w", g.Dir, err)
	}
	return tree{FS: files, base: g.Dir, close: archive.Close}, true, nil
}

// IsZip reports whether a file begins like a zip file.
func IsZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// ReadZip returns the files of a zip file. It fails if one of them could be
// extracted outside of it, is a link, or is larger than the limits allow.
func ReadZip(in io.ReaderAt, size int64, limits Limits) (fs.FS, error) {
	limits = limits.WithDefaults()
	if size > int64(limits.Bytes) {
		return nil, fmt.Errorf("expected a zip file of at most %d bytes, found %d", limits.Bytes, size)
	}
	bounded := &boundedAt{ReaderAt: in, left: limits.Files*zipDirectory + 1<<18}
	files, err := zip.NewReader(bounded, size)
	if errors.Is(err, errTooMany) || err == nil && len(files.File) > limits.Files {
		return nil, fmt.Errorf("expected at most %d files, found more", limits.Files)
	}
	if errors.Is(err, zip.ErrFormat) { // callers have seen how it begins
		return nil, fmt.Errorf("the zip file ends too early or is damaged: expected its list of files at the end, before byte %d", size)
	}
	if err != nil {
		return nil, fmt.Errorf("expected a zip file: %w", err)
	}
	left := uint64(limits.Bytes)
	seen := map[string]bool{}
	for _, f := range files.File {
		name := strings.ReplaceAll(f.Name, `\`, "/") // .NET Framework before 4.6.1 writes backslashes
		name = strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
		isFolder := f.Mode().IsDir()
		switch {
		case !fs.ValidPath(name) || name == "." || strings.Contains(name, ":") || strings.ContainsFunc(name, unicode.IsControl):
			return nil, fmt.Errorf("%q: expected a name inside the zip file", f.Name)
		case seen[name]:
			return nil, fmt.Errorf("%q: expected unique names", f.Name)
		case !isFolder && !f.Mode().IsRegular():
			return nil, fmt.Errorf("%q: expected a file or a folder, found a link or a device", f.Name)
		case f.Flags&encrypted != 0:
			return nil, fmt.Errorf("%q: expected a file without a password", f.Name)
		case f.Method != zip.Store && f.Method != zip.Deflate:
			return nil, fmt.Errorf("%q: expected a file that is stored or compressed with Deflate, found method %d", f.Name, f.Method)
		case f.UncompressedSize64 > left:
			return nil, fmt.Errorf("%q: expected at most %d bytes in all files together", f.Name, limits.Bytes)
		case f.UncompressedSize64 > zipFree && f.UncompressedSize64/zipRatio > f.CompressedSize64:
			return nil, fmt.Errorf("%q: expected a compression ratio of at most %d, found %d bytes compressed to %d", f.Name, zipRatio, f.UncompressedSize64, f.CompressedSize64)
		}
		seen[name] = true
		f.Name = name // the name under which files opens it
		if isFolder {
			f.Name += "/"
		}
		left -= f.UncompressedSize64
	}
	bounded.left = -1
	return files, nil
}

var errTooMany = errors.New("too many entries")

// A boundedAt reads no more bytes than are left; if left is negative, it reads
// all.
type boundedAt struct {
	io.ReaderAt
	left int
}

func (b *boundedAt) ReadAt(p []byte, offset int64) (int, error) {
	if b.left >= 0 {
		if b.left -= len(p); b.left < 0 {
			return 0, errTooMany
		}
	}
	return b.ReaderAt.ReadAt(p, offset)
}
