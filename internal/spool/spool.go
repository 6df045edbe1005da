// Package spool stores output that cannot be written yet, such as the report of
// a forest whose first line contains the number of findings.
package spool

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
)

// inMemory is the number of bytes kept in memory. More goes into a temporary
// file, so that a run over a forest takes no more memory than a run over one
// server.
const inMemory = 1 << 20

// A Spool stores what is written to it. The zero Spool is empty.
type Spool struct {
	size   int64
	memory bytes.Buffer // the end of the data; the file contains the beginning
	file   *os.File
}

// Write adds data.
func (s *Spool) Write(data []byte) (int, error) {
	n, _ := s.memory.Write(data)
	s.size += int64(n)
	if s.memory.Len() > inMemory && runtime.GOOS != "js" { // a web page has no files
		if err := s.spill(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Len returns the number of bytes written.
func (s *Spool) Len() int64 { return s.size }

// spill moves the data from memory to the file.
func (s *Spool) spill() (err error) {
	if s.file == nil {
		if s.file, err = os.CreateTemp("", "transportcert-*"); err != nil {
			return fmt.Errorf("creating a temporary file: %w", err)
		}
		os.Remove(s.file.Name()) // it stays usable until it is closed, except on Windows
	}
	_, err = s.memory.WriteTo(s.file)
	return err
}

// WriteTo writes everything to w and empties the spool.
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
	os.Remove(file.Name()) // needed on Windows; elsewhere it is already removed
	return err
}
