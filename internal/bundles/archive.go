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
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// maxBundle is how many bytes a bundle may have, and maxFiles how many its
// files may have together: a bundle comes from elsewhere, and gzip makes much
// of little.
const (
	maxBundle = 64 << 20
	maxFiles  = 256 << 20
)

// ReadFile returns the bytes of a bundle. What is no archive of files, or
// larger than 64 MiB (256 MiB unpacked), is an error.
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxBundle+1))
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
	if len(data) > maxBundle {
		return nil, fmt.Errorf("expected at most %d bytes", maxBundle)
	}
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("expected a gzipped tar archive: %w", err)
	}
	bounded := &io.LimitedReader{R: zip, N: maxFiles + 1}
	files := map[string][]byte{}
	for archive := tar.NewReader(bounded); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return files, nil
		}
		var text []byte
		if err == nil && header.Typeflag == tar.TypeReg {
			text, err = io.ReadAll(archive)
		}
		switch {
		case bounded.N == 0:
			return nil, fmt.Errorf("expected at most %d bytes in its files", maxFiles)
		case err != nil:
			return nil, fmt.Errorf("expected a gzipped tar archive: %w", err)
		case header.Typeflag == tar.TypeDir:
			continue
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%s: expected a file or a folder", header.Name)
		case files[header.Name] != nil:
			return nil, fmt.Errorf("%s: expected each file once", header.Name)
		case strings.HasSuffix(header.Name, bundle.RegoExt) && len(text) > maxModule:
			return nil, tooLarge(header.Name)
		}
		files[header.Name] = text
	}
}
