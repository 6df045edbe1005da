package gather

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/transportcert/transportcert/internal/files"
)

// maxFacts limits the size of a file of facts, in bytes.
const maxFacts = 64 << 20

// Facts is a Gatherer that overlays a partial document, typed by hand or gathered elsewhere. Every
// section in the file replaces the whole section of the document, and server, now, phase and the other
// single values replace those of the document. An error names the file and includes the error of
// DecodePartial.
type Facts struct {
	Path  string
	Files fs.FS // contains Path; nil: the system's files
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
