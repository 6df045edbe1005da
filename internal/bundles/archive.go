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

// maxBundle is how many bytes a bundle may have. What is in it, a budget bounds.
const maxBundle = 64 << 20

// ReadFile returns the bytes of a bundle. What is not an archive of files, or
// exceeds the limits of a bundle, is an error.
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

// pack makes a gzipped tar archive. The same files make the same bytes: in the
// order of their names, without times and owners.
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
		return nil, fmt.Errorf("expected a gzipped tar archive: %w", err)
	}
	bounded := &io.LimitedReader{R: zip, N: maxFiles + 1}
	unpacked := map[string][]byte{}
	var read budget
	for archive := tar.NewReader(bounded); ; {
		header, err := archive.Next()
		if err == io.EOF {
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
			return nil, fmt.Errorf("expected a gzipped tar archive: %w", err)
		case header.Typeflag == tar.TypeDir:
			continue
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%s: expected a file or a folder", header.Name)
		case unpacked[header.Name] != nil:
			return nil, fmt.Errorf("%s: expected each file once", header.Name)
		}
		unpacked[header.Name] = text
	}
}

// plainName refuses the name of a file that begins a new line where OPA puts it
// into an error, or drives the terminal there.
func plainName(name string) error {
	if printable.Line(name) != name {
		return fmt.Errorf("%q: expected a name of printable characters", name)
	}
	return nil
}
