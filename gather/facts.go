package gather

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/transportcert/transportcert/internal/files"
)

// maxFacts is the largest file of facts that is read, in bytes.
const maxFacts = 64 << 20

// Facts is a Gatherer that lays a partial document, typed by hand or gathered
// elsewhere, over what was gathered before: every section that the file has
// replaces the section whole; so do server, now, phase and the other single values. An error names the
// file and what Decode says of it.
type Facts struct {
	Path  string
	Files fs.FS // that Path is in; nil: those of the system
}

// Gather implements Gatherer.
func (f Facts) Gather(_ context.Context, doc *Document) error {
	data, err := files.ReadFrom(f.Files, f.Path, maxFacts)
	if err != nil {
		return err
	}
	facts, err := DecodePartial(data)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	sources := map[string]string{}
	for section := range facts.Gathered() {
		sources[section] = "facts:" + filepath.Base(f.Path)
		if origin := facts.Sources[section]; origin != "" {
			sources[section] += ", " + origin
		}
	}
	facts.Sources = sources
	doc.Overlay(facts)
	return nil
}
