package gather

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/transportcert/transportcert/internal/files"
)

// maxFacts limits the size of a file of facts, in bytes.
const maxFacts = 64 << 20

// ReadFacts reads a partial document, typed by hand or gathered elsewhere, from a
// file system; nil means the system's files. Its sources name the file and, after
// it, where the facts in it came from. An error names the file and includes the
// error of DecodePartial.
func ReadFacts(system fs.FS, path string) (*Document, error) {
	data, err := files.ReadFrom(system, path, maxFacts)
	if err != nil {
		return nil, err
	}
	facts, err := DecodePartial(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	sources := map[string]string{}
	for section := range facts.Gathered() {
		sources[section] = "facts:" + filepath.Base(path)
		if origin := facts.Sources[section]; origin != "" {
			sources[section] += ", " + origin
		}
	}
	facts.Sources = sources
	return facts, nil
}
