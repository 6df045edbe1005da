package bundles

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/transportcert/transportcert/internal/files"
	"github.com/transportcert/transportcert/internal/printable"
)

// maxBundle limits the size of a bundle, in bytes. A budget limits its content.
const maxBundle = 64 << 20

// ReadFile returns the bytes of a bundle. It fails if the file is not an
// archive or exceeds the limits of a bundle.
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	defer file.Close()
	data, err := files.ReadAll(file, maxBundle)
	if err == nil {
		_, err = unpack(data)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the bundle %s: %w", path, err)
	}
	return data, nil
}

// pack creates a gzipped tar archive. The same files produce the same bytes:
// they are sorted by name and have no times or owners.
func pack(files map[string][]byte) ([]byte, error) {
	var data bytes.Buffer
	zip := gzip.NewWriter(&data)
	archive := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(files[name]))}
		if err := archive.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("packing %s: %w", name, err)
		}
		if _, err := archive.Write(files[name]); err != nil {
			return nil, fmt.Errorf("packing %s: %w", name, err)
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		return nil, fmt.Errorf("packing: %w", err)
	}
	return data.Bytes(), nil
}

// unpack returns the files of a gzipped tar archive by name.
func unpack(data []byte) (map[string][]byte, error) {
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, noArchive(data, err)
	}
	bounded := &io.LimitedReader{R: zip, N: maxFiles + 1}
	unpacked := map[string][]byte{}
	var read budget
	for archive := tar.NewReader(bounded); ; {
		header, err := archive.Next()
		if err == io.EOF {
			if _, err := io.Copy(io.Discard, bounded); err != nil { // up to the checksum
				return nil, noArchive(data, err)
			}
			return unpacked, nil
		}
		if err == nil {
			if err := plainName(header.Name); err != nil {
				return nil, err
			}
		}
		if err == nil && header.Typeflag == tar.TypeReg {
			err = read.size(header.Name, header.Size)
		}
		var text []byte
		if err == nil && header.Typeflag == tar.TypeReg {
			if text, err = io.ReadAll(archive); err == nil {
				err = read.values(header.Name, text)
			}
		}
		var exceeded *limitError
		switch {
		case errors.As(err, &exceeded):
			return nil, err
		case bounded.N == 0:
			return nil, &limitError{"", maxFiles, "bytes in its files"}
		case err != nil:
			return nil, noArchive(data, err)
		case header.Typeflag == tar.TypeDir:
			continue
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%s: expected a file or a folder", header.Name)
		case unpacked[header.Name] != nil:
			return nil, fmt.Errorf("%s: expected unique file names", header.Name)
		}
		unpacked[header.Name] = text
	}
}

func noArchive(data []byte, err error) error {
	if gzipped := []byte("\x1f\x8b"); bytes.HasPrefix(data, gzipped) && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return fmt.Errorf("byte %d: the file ends too early: expected a gzipped tar archive", len(data))
	}
	return fmt.Errorf("expected a gzipped tar archive: %w", err)
}

// plainName rejects a file name that would start a new line or control the
// terminal if OPA included it in an error.
func plainName(name string) error {
	if printable.Line(name) != name {
		return fmt.Errorf("%q: expected a name of printable characters", name)
	}
	return nil
}
