package bundles

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
)

// Limits on a bundle, or on the folders of --policy. They come from elsewhere:
// gzip can expand a little data to a lot, and OPA turns the three bytes "{},"
// into 80 bytes of memory.
const (
	maxFiles   = 64 << 20  // bytes of all files, unpacked
	maxEntries = 10_000    // files
	maxModule  = 1 << 20   // bytes of one file of Rego
	maxControl = 1 << 20   // bytes of a manifest, a signature or a patch
	maxValues  = 1_000_000 // values of all JSON and YAML files
)

// A limitError means that files exceed a limit.
type limitError struct {
	file  string // empty: all of them
	limit int64
	what  string
}

func (e *limitError) Error() string {
	text := fmt.Sprintf("expected at most %d %s", e.limit, e.what)
	if e.file != "" {
		text = e.file + ": " + text
	}
	return text
}

// A budget counts the content of files before OPA parses it.
type budget struct{ entries, bytes, counted int64 }

// size counts a file before it is read.
func (b *budget) size(name string, size int64) error {
	b.entries++
	b.bytes += size
	switch {
	case b.entries > maxEntries:
		return &limitError{"", maxEntries, "files"}
	case strings.HasSuffix(name, bundle.RegoExt) && size > maxModule:
		return &limitError{name, maxModule, "bytes of Rego"}
	case isControl(name) && size > maxControl:
		return &limitError{name, maxControl, "bytes"}
	case b.bytes > maxFiles:
		return &limitError{"", maxFiles, "bytes in its files"}
	}
	return nil
}

// values counts the values of a data file, rather too many than too few: in
// JSON, everything that begins with a bracket or follows a comma; in YAML also
// everything that begins a line or follows an indicator.
func (b *budget) values(name string, text []byte) error {
	switch {
	case strings.HasSuffix(name, bundle.RegoExt):
		return nil
	case strings.HasSuffix(name, ".json"), isControl(name):
		b.counted += valuesOfJSON(text)
	default: // OPA reads a file of --policy with any other name as YAML
		b.counted += max(valuesOfJSON(text), valuesOfYAML(text))
	}
	if b.counted > maxValues {
		return &limitError{name, maxValues, "values in the data, with the other files"}
	}
	return nil
}

func valuesOfJSON(text []byte) int64 {
	count := int64(1)
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && (c == ',' || c == '[' || c == '{'):
			count++
		}
	}
	return count
}

func valuesOfYAML(text []byte) int64 {
	count := int64(1)
	for i, c := range text {
		switch c {
		case ',', '[', '{', '\n', '\r', 0x85, 0xa8, 0xa9: // the last bytes of the other line breaks of YAML 1.1
			count++
		case '-', '?', ':': // followed by a zero byte in UTF-16
			if i+1 == len(text) || strings.IndexByte(" \t\r\n\xc2\xe2\x00", text[i+1]) >= 0 {
				count++
			}
		}
	}
	return count
}

// isControl reports whether OPA reads a file of a bundle that is neither Rego
// nor data.
func isControl(name string) bool {
	return bundle.IsSignaturesFile(name) || path.Base(filepath.ToSlash(name)) == "patch.json" ||
		strings.HasSuffix(name, bundle.ManifestExt) || strings.HasSuffix(name, bundle.ManifestProtoExt)
}

// maxNesting limits how deep the terms of a rule are nested. Values nested a
// million times overflow the stack of any code that walks them, which ends the
// program. With terms of this depth, OPA cannot create such values before the
// deadline.
const maxNesting = 200

// nesting rejects Rego whose terms (or every, or else) are nested too deep.
func nesting(modules []bundle.ModuleFile) error {
	for _, module := range modules {
		depth := 0
		var tooDeep *ast.Location
		step := func(node any, by int) (at *ast.Location) {
			switch node := node.(type) {
			case *ast.Term:
				at = node.Location
			case *ast.Every:
				at = node.Location
			case *ast.Rule:
				at = node.Location
			default:
				return nil
			}
			depth += by
			return at
		}
		ast.NewBeforeAfterVisitor(func(node any) bool {
			if at := step(node, 1); depth > maxNesting && tooDeep == nil {
				tooDeep = at
			}
			return tooDeep != nil
		}, func(node any) { step(node, -1) }).Walk(module.Parsed)
		if tooDeep != nil {
			return fmt.Errorf("%s:%d: expected terms nested at most %d deep", module.Path, tooDeep.Row, maxNesting)
		}
	}
	return nil
}
