package documents

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/transportcert/transportcert/internal/files"
)

// A Place is a file, as named on a command line, and a line in it.
type Place struct {
	File string // stdin for standard input
	Line int    // from 1; 0: unknown
}

// PlaceOf returns the place in a document's name, such as forest.ndjson:17.
func PlaceOf(name string) Place {
	if i := strings.LastIndexByte(name, ':'); i > 0 {
		if line, err := strconv.Atoi(name[i+1:]); err == nil && line > 0 {
			return Place{name[:i], line}
		}
	}
	return Place{File: name}
}

// Places returns the location of each JSON path of the document
// (certificates[2].services). If a path does not exist, it returns the location
// of its parent. If the document was gathered, its sources name the files; a
// file without its folder is searched for in the given folders and among the
// given files.
func (d Document) Places(paths []string, from ...string) []Place {
	places := make([]Place, len(paths))
	if d.text != nil {
		for i, line := range lines(d.text, paths) {
			places[i] = Place{d.file, d.line + line - 1}
		}
		return places
	}
	facts := map[string][]int{} // indices of the places in each file of facts
	for i, path := range paths {
		section, _, _ := strings.Cut(strings.ReplaceAll(path, "[", "."), ".")
		source, _, _ := strings.Cut(d.Sources[section], ", ")
		switch kind, name, _ := strings.Cut(source, ":"); kind {
		case "clixml":
			places[i].File = find(name, from)
		case "facts":
			places[i].File = find(name, from)
			facts[places[i].File] = append(facts[places[i].File], i)
		case "store":
			places[i].File = name
		}
		if places[i].File == "" {
			places[i].File = d.Name
		}
	}
	for file, those := range facts {
		inFile := make([]string, len(those))
		for i, place := range those {
			inFile[i] = paths[place]
		}
		for i, line := range lines(read(file), inFile) {
			places[those[i]].Line = line
		}
	}
	return places
}

// find returns the path of a file that is known only by its name, or "" if
// there is none.
func find(name string, from []string) string {
	for _, path := range from {
		if filepath.Base(path) == name {
			return path
		}
		if path = filepath.Join(path, name); exists(path) {
			return path
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// read returns the content of a file, or nothing if it can no longer be read.
func read(path string) []byte {
	text, err := files.Read(path, int64(Limits{}.WithDefaults().Size))
	if err != nil {
		return nil
	}
	return text
}

// lines returns the line of a JSON text on which each path is, from 1: the line
// of its key, or of the innermost value around it that exists. It is 0 if the
// text is not JSON.
func lines(text []byte, paths []string) []int {
	found := map[jsontext.Pointer]int{"": 0}
	around := make([][]jsontext.Pointer, len(paths)) // the pointers to a path and to everything around it
	deepest := 0
	for i, path := range paths {
		around[i] = pointers(path)
		deepest = max(deepest, len(around[i]))
		for _, pointer := range around[i] {
			found[pointer] = 0
		}
	}
	line, counted := 1, int64(0)
	for decoder := jsontext.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := decoder.ReadToken(); err != nil {
			break
		}
		end := decoder.InputOffset()
		line += bytes.Count(text[counted:end], []byte("\n"))
		counted = end
		if decoder.StackDepth() > deepest {
			continue
		}
		if pointer := decoder.StackPointer(); found[pointer] == 0 {
			if _, wanted := found[pointer]; wanted {
				found[pointer] = line
			}
		}
	}
	all := make([]int, len(paths))
	for i := range paths {
		for _, pointer := range around[i] {
			if found[pointer] > 0 {
				all[i] = found[pointer]
			}
		}
	}
	return all
}

// step matches the next step of a path: a key, an index, or a quoted key.
var step = regexp.MustCompile(`^(?:\.?([A-Za-z_$][A-Za-z0-9_$-]*)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\])`)

// pointers returns the JSON pointers to everything that a path passes through,
// from the whole document to the end of the path.
func pointers(path string) []jsontext.Pointer {
	all := []jsontext.Pointer{""}
	for path != "" {
		match := step.FindStringSubmatch(path)
		if match == nil {
			break
		}
		token := match[1] + match[2]
		if match[3] != "" {
			token, _ = strconv.Unquote(match[3])
		}
		all = append(all, all[len(all)-1].AppendToken(token))
		path = path[len(match[0]):]
	}
	return all
}
