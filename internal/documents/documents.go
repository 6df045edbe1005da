// Package documents reads input documents one at a time: from files that hold
// one, from files and streams that hold one a line (NDJSON), and from folders
// of both.
package documents

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// A Document is an input document and where it was read: a file, a file and
// its line (forest.ndjson:17), or stdin. What was read is text until Decode.
type Document struct {
	Name string
	*gather.Document
	text []byte
}

// Decode returns the document. An error names its place. It is apart from
// Read, so that several can be decoded at once.
func (d Document) Decode() (*gather.Document, error) {
	if d.Document != nil {
		return d.Document, nil
	}
	document, err := gather.Decode(d.text)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", d.Name, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	return document, nil
}

// Read yields the documents of each path, in order, and holds no more than one
// of them. A path is a file, a folder, or - for stdin. What cannot be read
// comes as an error that names its place; what comes after still follows.
//
// Of a folder, the files *.json and *.ndjson are read, by name, and its own
// folders are not; what is left out is reported. Whether a file holds one
// document or one a line its content says.
func Read(paths []string, stdin io.Reader, report gather.Report) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, path := range paths {
			if !readPath(path, stdin, report, yield) {
				return
			}
		}
	}
}

// The functions below return false where yield did.

func readPath(path string, stdin io.Reader, report gather.Report, yield func(Document, error) bool) bool {
	if path == "-" {
		return readStream("stdin", stdin, yield)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return yield(Document{Name: path}, fmt.Errorf("reading documents: %w", err))
	case info.IsDir():
		return readFolder(path, report, yield)
	}
	return readFile(path, yield)
}

func readFolder(folder string, report gather.Report, yield func(Document, error) bool) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return yield(Document{Name: folder}, fmt.Errorf("reading documents: %w", err))
	}
	var files, others []string
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		if !entry.IsDir() && (extension == ".json" || extension == ".ndjson") {
			files = append(files, entry.Name())
		} else {
			others = append(others, entry.Name())
		}
	}
	if len(others) > 0 {
		report(fmt.Sprintf("%s: left out, neither *.json nor *.ndjson: %s", folder, strings.Join(others, ", ")))
	}
	if len(files) == 0 {
		return yield(Document{Name: folder}, fmt.Errorf(
			"%s: expected documents, *.json or *.ndjson, found none; exports of the Exchange Management Shell are read with --exports", folder))
	}
	for _, file := range files {
		if !readFile(filepath.Join(folder, file), yield) {
			return false
		}
	}
	return true
}

func readFile(path string, yield func(Document, error) bool) bool {
	file, err := os.Open(path)
	if err != nil {
		return yield(Document{Name: path}, fmt.Errorf("reading documents: %w", err))
	}
	defer file.Close()
	return readStream(path, file, yield)
}

func readStream(name string, r io.Reader, yield func(Document, error) bool) bool {
	in := newStream(r)
	first, err := in.line()
	if errors.Is(err, io.EOF) {
		return yield(Document{Name: name}, fmt.Errorf("%s: expected a document, found nothing", name))
	}
	lines := false
	if err == nil {
		lines, err = in.isNDJSON(first)
	}
	if err == nil && !lines {
		var whole []byte
		if whole, err = in.rest(first); err == nil {
			return yield(Document{Name: name, text: whole}, nil)
		}
	}
	for line := first; err == nil; line, err = in.line() {
		if !yield(Document{Name: fmt.Sprintf("%s:%d", name, in.number), text: bytes.TrimRight(line, "\r\n")}, nil) {
			return false
		}
	}
	if errors.Is(err, io.EOF) {
		return true
	}
	return yield(Document{Name: name}, fmt.Errorf("%s:%d: %w", name, in.number, err))
}
