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

// A Place is a file, as a command line names it, and a line of it.
type Place struct {
	File string // stdin for standard input
	Line int    // from 1; 0: which one is not known
}

// PlaceOf returns the place that a document's name says: forest.ndjson:17.
func PlaceOf(name string) Place {
	if i := strings.LastIndexByte(name, ':'); i > 0 {
		if line, err := strconv.Atoi(name[i+1:]); err == nil && line > 0 {
			return Place{name[:i], line}
		}
	}
	return Place{File: name}
}

// Places returns where each JSON path of the document (certificates[2].services)
// stands. Of what is not there it is the place of what it should be in. Where a
// document was gathered, its sources name the files; those among them that have
// lost their folder are looked for in, and among, the files and folders given.
func (d Document) Places(paths []string, from ...string) []Place {
	places := make([]Place, len(paths))
	if d.text != nil {
		for i, line := range lines(d.text, paths) {
			places[i] = Place{d.file, d.line + line - 1}
		}
		return places
	}
	facts := map[string][]int{} // which places are in a file of facts
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

// find returns the path of a file of which only the name is known; empty where
// it is not there.
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

// read returns what a file holds, and nothing where it cannot be read any more.
func read(path string) []byte {
	text, err := files.Read(path, int64(Limits{}.WithDefaults().Size))
	if err != nil {
		return nil
	}
	return text
}

// lines returns on which line of a JSON text each path stands, from 1: the line
// of its key, or of the innermost value around it that is there. It is 0 where
// the text is no JSON.
func lines(text []byte, paths []string) []int {
	found := map[jsontext.Pointer]int{"": 0}
	around := make([][]jsontext.Pointer, len(paths)) // the pointers to a path and all that it is in
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

// step is the next step of a path: a key, an index, or a key in quotes.
var step = regexp.MustCompile(`^(?:\.?([A-Za-z_$][A-Za-z0-9_$-]*)|\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\])`)

// pointers returns the JSON pointers to everything that a path leads through,
// from the document as a whole to the end of the path.
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
