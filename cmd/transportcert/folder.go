package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A documentFolder is a folder with a document for each server.
type documentFolder struct {
	path    string
	written []string // names of files
}

// check finds out whether the folder can be one, before anything is gathered.
func (f *documentFolder) check() error {
	if info, err := os.Stat(f.path); err == nil && !info.IsDir() {
		return usagef("-o %s: expected a folder, since there is a document for every server", f.path)
	}
	return nil
}

// write writes a server's document, whole or not at all.
func (f *documentFolder) write(server string, document []byte) error {
	if err := os.Mkdir(f.path, 0o777); err != nil && !os.IsExist(err) {
		return fmt.Errorf("writing the documents: %w", err)
	}
	name := fileName(server) + ".json"
	f.written = append(f.written, name)
	return replaceFile(filepath.Join(f.path, name), bytes.NewReader(document))
}

// others returns the documents in the folder that were not written now.
func (f *documentFolder) others() []string {
	entries, _ := os.ReadDir(f.path) // none, where there is no folder
	var others []string
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".json") && !slices.Contains(f.written, name) {
			others = append(others, name)
		}
	}
	return others
}

// deviceNames are what Windows takes for devices, whatever the extension is.
var deviceNames = []string{
	"CON", "PRN", "AUX", "NUL",
	"COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
	"LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
}

// fileName makes a server's name safe as the name of a file or folder on every
// system. Names of letters, digits, hyphens and underscores stay as they are;
// of others, what is neither is written as %XX, so that no two become one.
func fileName(server string) string {
	var name strings.Builder
	device := slices.ContainsFunc(deviceNames, func(d string) bool {
		stem, _, _ := strings.Cut(server, ".")
		return strings.EqualFold(strings.TrimSpace(stem), d)
	})
	for i, n := 0, 0; i < len(server); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(server[i:])
		plain := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.' && i > 0 && i < len(server)-1
		if plain && (i > 0 || !device) {
			name.WriteRune(r)
			continue
		}
		for _, b := range []byte(server[i : i+n]) {
			fmt.Fprintf(&name, "%%%02X", b)
		}
	}
	return name.String()
}
