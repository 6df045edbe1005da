// Package documents reads input documents one at a time: from files with one
// document, from files and streams with one document per line (NDJSON), and
// from folders of both.
package documents

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// A Document is an input document and its location: a file, a file and its line
// (forest.ndjson:17), or stdin. It is text until Decode.
type Document struct {
	Name string
	*gather.Document
	text   []byte
	file   string // the file of text
	line   int    // the first line of text, from 1
	limits Limits
}

// Limits restricts what is read. WithDefaults replaces a field that is 0 by its
// default.
type Limits struct {
	Size         int // bytes of a document, or of a line of NDJSON
	Files        int // entries of a folder
	Certificates int // of a document
}

// WithDefaults returns the limits with a default for each field that is 0.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Size:         cmp.Or(l.Size, 64<<20),
		Files:        cmp.Or(l.Files, 1_000_000),
		Certificates: cmp.Or(l.Certificates, 10_000),
	}
}

// A NoDocumentsError means that a folder contains no documents.
type NoDocumentsError struct {
	Folder  string
	Folders []string // its subfolders, which are not read
}

func (n NoDocumentsError) Error() string {
	return n.Folder + ": expected documents, *.json or *.ndjson, found none"
}

// A PartialError means that a document lacks sections, and has no other error.
type PartialError struct{ error }

// Check returns an error if a document is larger than the limits, regardless of
// its source.
func (l Limits) Check(document *gather.Document) error {
	if most := l.WithDefaults().Certificates; len(document.Certificates) > most {
		return fmt.Errorf("certificates: expected at most %d, found %d", most, len(document.Certificates))
	}
	return nil
}

// Decode returns the document. An error names its location. It is separate from
// Read so that several documents can be decoded concurrently.
func (d Document) Decode() (*gather.Document, error) {
	if d.Document != nil {
		return d.Document, nil
	}
	document, err := gather.Decode(d.text)
	if err == nil {
		err = d.limits.Check(document)
	}
	if errors.Is(err, gather.ErrExport) || errors.Is(err, gather.ErrCertificate) {
		return nil, fmt.Errorf("%s: %w", printable.Line(d.Name), err)
	}
	if err != nil {
		err = fmt.Errorf("%s: %s", printable.Line(d.Name), strings.ReplaceAll(err.Error(), "\n", "\n  "))
		if _, notEvenPartial := gather.DecodePartial(d.text); notEvenPartial == nil {
			err = PartialError{err}
		}
		return nil, err
	}
	return document, nil
}

// Read yields the documents of each path, in order, and keeps only one of them
// in memory. A path is a file, a folder, or - for stdin. If something cannot be
// read, it yields an error that names the place, and continues.
//
// In a folder, it reads the files *.json and *.ndjson, by name, but no
// subfolders, and reports what it skips. The content of a file shows whether it
// is one document or one per line.
func Read(paths []string, stdin io.Reader, limits Limits, report gather.Report) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		r := reader{stdin, bufio.NewReaderSize(nil, 64<<10), limits.WithDefaults(), report}
		for _, path := range paths {
			if !r.path(path, yield) {
				return
			}
		}
	}
}

// ReadFrom is like Read for a stream of that name.
func ReadFrom(name string, in io.Reader, limits Limits) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		r := reader{nil, bufio.NewReaderSize(nil, 64<<10), limits.WithDefaults(), nil}
		r.stream(name, in, yield)
	}
}

type reader struct {
	stdin  io.Reader
	buffer *bufio.Reader // reused for each stream, because folders can have thousands of files
	limits Limits
	report gather.Report
}

// The functions below return false if yield did.

func (r reader) path(path string, yield func(Document, error) bool) bool {
	if path == "-" {
		return r.stream("stdin", r.stdin, yield)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return yield(Document{Name: path}, fmt.Errorf("reading documents: %w", printable.OneLine(err)))
	case info.IsDir():
		return r.folder(path, yield)
	}
	return r.file(path, yield)
}

func (r reader) folder(folder string, yield func(Document, error) bool) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return yield(Document{Name: folder}, fmt.Errorf("reading documents: %w", printable.OneLine(err)))
	}
	if len(entries) > r.limits.Files {
		return yield(Document{Name: folder}, fmt.Errorf("%s: expected at most %d files, found %d", printable.Line(folder), r.limits.Files, len(entries)))
	}
	var files, folders, others, notFiles []string
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		switch isDocument := extension == ".json" || extension == ".ndjson"; {
		case entry.IsDir():
			folders = append(folders, entry.Name())
		case !isDocument:
			others = append(others, entry.Name())
		case isFile(folder, entry):
			files = append(files, entry.Name())
		default: // such as a pipe, which could block forever
			notFiles = append(notFiles, entry.Name())
		}
	}
	if len(notFiles) > 0 {
		r.report(fmt.Sprintf("%s: skipped, not a file: %s", folder, strings.Join(notFiles, ", ")))
	}
	if len(others) > 0 {
		r.report(fmt.Sprintf("%s: skipped, neither *.json nor *.ndjson: %s", folder, strings.Join(others, ", ")))
	}
	if len(files) > 0 && len(folders) > 0 {
		r.report(fmt.Sprintf("%s: skipped, folders in a folder are not read: %s", folder, strings.Join(folders, ", ")))
	}
	if len(files) == 0 {
		return yield(Document{Name: folder}, NoDocumentsError{folder, folders})
	}
	for _, file := range files {
		if !r.file(filepath.Join(folder, file), yield) {
			return false
		}
	}
	return true
}

// isFile reports whether an entry of a folder is a file or a link to one. An
// entry that cannot be read counts as a file, so that reading it returns the
// error.
func isFile(folder string, entry os.DirEntry) bool {
	if entry.Type().IsRegular() {
		return true
	}
	info, err := os.Stat(filepath.Join(folder, entry.Name()))
	return err != nil || info.Mode().IsRegular()
}

func (r reader) file(path string, yield func(Document, error) bool) bool {
	file, err := os.Open(path)
	if err != nil {
		return yield(Document{Name: path}, fmt.Errorf("reading documents: %w", printable.OneLine(err)))
	}
	defer file.Close()
	return r.stream(path, file, yield)
}

func (r reader) stream(name string, text io.Reader, yield func(Document, error) bool) bool {
	in := newStream(text, r.buffer, r.limits.Size)
	first, err := in.line()
	if errors.Is(err, io.EOF) {
		return yield(Document{Name: name}, fmt.Errorf("%s: expected a document, found nothing", printable.Line(name)))
	}
	lines := false
	if err == nil {
		lines, err = in.isNDJSON(first)
	}
	if err == nil && !lines {
		var whole []byte
		if whole, err = in.rest(first); err == nil {
			return yield(Document{Name: name, text: whole, file: name, line: in.number, limits: r.limits}, nil)
		}
	}
	for line := first; err == nil; line, err = in.line() {
		document := Document{Name: fmt.Sprintf("%s:%d", name, in.number), text: bytes.TrimRight(line, "\r\n"), file: name, line: in.number, limits: r.limits}
		if !yield(document, nil) {
			return false
		}
	}
	if errors.Is(err, io.EOF) {
		return true
	}
	return yield(Document{Name: name}, fmt.Errorf("%s:%d: %w", printable.Line(name), in.number, err))
}
