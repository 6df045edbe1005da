// Package spool keeps what cannot be written yet: a report of a forest, of which
// the first line says how many findings there are.
package spool

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
)

// inMemory is how many bytes stay in memory. What is longer goes into a temporary
// file, so that a run over a forest takes no more memory than one over a server.
const inMemory = 1 << 20

// A Spool holds what was written to it. The zero Spool is empty.
type Spool struct {
	size   int64
	memory bytes.Buffer // the end, of which the file holds what comes before
	file   *os.File
}

// Write adds data.
func (s *Spool) Write(data []byte) (int, error) {
	n, _ := s.memory.Write(data)
	s.size += int64(n)
	if s.memory.Len() > inMemory && runtime.GOOS != "js" { // a page has no files
		if err := s.spill(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Len returns how many bytes were written.
func (s *Spool) Len() int64 { return s.size }

// spill moves what is in memory to the file.
func (s *Spool) spill() (err error) {
	if s.file == nil {
		if s.file, err = os.CreateTemp("", "transportcert-*"); err != nil {
			return fmt.Errorf("creating a temporary file: %w", err)
		}
		os.Remove(s.file.Name()) // lives on until it is closed, but on Windows
	}
	_, err = s.memory.WriteTo(s.file)
	return err
}

// WriteTo writes everything to w, and empties the spool.
func (s *Spool) WriteTo(w io.Writer) (int64, error) {
	defer s.Close()
	var written int64
	if s.file != nil {
		_, err := s.file.Seek(0, io.SeekStart)
		if err == nil {
			written, err = io.Copy(w, s.file)
		}
		if err != nil {
			return written, err
		}
	}
	n, err := s.memory.WriteTo(w)
	return written + n, err
}

// Close empties the spool.
func (s *Spool) Close() error {
	file := s.file
	*s = Spool{}
	if file == nil {
		return nil
	}
	err := file.Close()
	os.Remove(file.Name()) // on Windows; elsewhere it is gone
	return err
}
