package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/internal/replace"
)

// A documentFolder is a folder with a document for each server.
type documentFolder struct {
	path    string
	written []string // names of files
}

// check finds out whether the folder can be one, before anything is gathered.
func (f *documentFolder) check() error {
	if info, err := os.Stat(f.path); err == nil && !info.IsDir() {
		return usagef("-o %s: expected a folder, because there is a document for each server", f.path)
	}
	return nil
}

// write writes a server's document, whole or not at all.
func (f *documentFolder) write(server string, document []byte) error {
	if err := os.Mkdir(f.path, 0o777); err != nil && !os.IsExist(err) {
		return fmt.Errorf("writing the documents: %w", err)
	}
	name := collect.FileName(server) + ".json"
	f.written = append(f.written, name)
	return replace.File(filepath.Join(f.path, name), bytes.NewReader(document))
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
