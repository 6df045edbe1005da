package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/transportcert/transportcert/internal/printable"
)

// A Store keeps the snapshots of a forest, each server's once, in a temporary
// file: a forest can be larger than memory.
type Store struct {
	file    *os.File
	end     int64
	servers map[string]*stored // by name in lower case
	order   []*stored
}

type stored struct {
	document       string
	offset, length int64
	matched        bool
}

// NewStore makes a temporary file, which Close removes.
func NewStore() (*Store, error) {
	file, err := os.CreateTemp("", "transportcert-*")
	if err != nil {
		return nil, fmt.Errorf("a temporary file for what is compared: %w", err)
	}
	os.Remove(file.Name()) // lives on until it is closed, but on Windows
	return &Store{file: file, servers: map[string]*stored{}}, nil
}

// Add keeps a snapshot. A server that is there already is an error that names
// both documents.
func (s *Store) Add(snapshot Snapshot) error {
	key := strings.ToLower(snapshot.Document.Server)
	if first := s.servers[key]; first != nil {
		return TwiceError(snapshot.Document.Server, first.document, snapshot.Name)
	}
	text, err := json.Marshal(snapshot)
	if err != nil {
		return err
	}
	if _, err := s.file.Write(text); err != nil {
		return fmt.Errorf("the temporary file for what is compared: %w", err)
	}
	place := &stored{document: snapshot.Name, offset: s.end, length: int64(len(text))}
	s.end += place.length
	s.servers[key], s.order = place, append(s.order, place)
	return nil
}

// TwiceError is the error for a server with two documents on one side.
func TwiceError(server, first, second string) error {
	return fmt.Errorf("%s: expected each server once, and %s is in %s already", printable.Line(second), printable.Line(server), printable.Line(first))
}

// Get returns a server's snapshot; nil where there is none. It can be called
// concurrently, but not with Add.
func (s *Store) Get(server string) (*Snapshot, error) {
	place := s.servers[strings.ToLower(server)]
	if place == nil {
		return nil, nil
	}
	return s.read(place)
}

func (s *Store) read(place *stored) (*Snapshot, error) {
	snapshot := &Snapshot{}
	err := json.NewDecoder(io.NewSectionReader(s.file, place.offset, place.length)).Decode(snapshot)
	if err != nil {
		return nil, fmt.Errorf("the temporary file for what is compared: %w", err)
	}
	return snapshot, nil
}

// Match notes that the other side has a server, and says whether this one has it
// too.
func (s *Store) Match(server string) bool {
	place := s.servers[strings.ToLower(server)]
	if place != nil {
		place.matched = true
	}
	return place != nil
}

// Unmatched yields the servers that the other side does not have.
func (s *Store) Unmatched() iter.Seq2[*Snapshot, error] {
	return func(yield func(*Snapshot, error) bool) {
		for _, place := range s.order {
			if !place.matched && !yield(s.read(place)) {
				return
			}
		}
	}
}

// Close removes the file.
func (s *Store) Close() error {
	err := s.file.Close()
	os.Remove(s.file.Name()) // on Windows; elsewhere it is gone
	return err
}
