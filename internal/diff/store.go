package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// A Store keeps the snapshots of a forest, one per server, in a temporary file,
// because a forest can be larger than memory.
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

// contents are what the file has of a snapshot.
type contents struct {
	Document *gather.Document
	Decision *evaluate.Decision
}

// NewStore creates a temporary file, which Close removes.
func NewStore() (*Store, error) {
	file, err := os.CreateTemp("", "transportcert-*")
	if err != nil {
		return nil, fmt.Errorf("creating a temporary file: %w", err)
	}
	os.Remove(file.Name()) // it stays usable until it is closed, except on Windows
	return &Store{file: file, servers: map[string]*stored{}}, nil
}

// Add stores a snapshot. If the server is already stored, the error names both
// documents.
func (s *Store) Add(snapshot Snapshot) error {
	key := strings.ToLower(snapshot.Document.Server)
	if first := s.servers[key]; first != nil {
		return TwiceError(snapshot.Document.Server, first.document, snapshot.Name)
	}
	text, err := json.Marshal(contents{snapshot.Document, snapshot.Decision})
	if err != nil {
		return err
	}
	if _, err := s.file.Write(text); err != nil {
		return fmt.Errorf("using the temporary file: %w", err)
	}
	place := &stored{document: snapshot.Name, offset: s.end, length: int64(len(text))}
	s.end += place.length
	s.servers[key], s.order = place, append(s.order, place)
	return nil
}

// TwiceError is the error for a server that has two documents on one side.
func TwiceError(server, first, second string) error {
	return fmt.Errorf("%s: expected each server once, but %s is also in %s", printable.Line(second), printable.Line(server), printable.Line(first))
}

// Get returns a server's snapshot, or nil if there is none. It can be called
// concurrently, but not with Add.
func (s *Store) Get(server string) (*Snapshot, error) {
	place := s.servers[strings.ToLower(server)]
	if place == nil {
		return nil, nil
	}
	return s.read(place)
}

func (s *Store) read(place *stored) (*Snapshot, error) {
	var read contents
	err := json.NewDecoder(io.NewSectionReader(s.file, place.offset, place.length)).Decode(&read)
	if err != nil {
		return nil, fmt.Errorf("using the temporary file: %w", err)
	}
	return &Snapshot{Name: place.document, Document: read.Document, Decision: read.Decision}, nil
}

// Match records that the other side has a server, and reports whether this side
// has it too.
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
	os.Remove(s.file.Name()) // needed on Windows; elsewhere it is already removed
	return err
}
