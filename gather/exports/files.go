package exports

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/internal/printable"
)

// A tree is the files of a folder or of a zip file, or a single file.
type tree struct {
	fs.FS
	base  string // the path that its names are relative to, for messages
	only  string // the name of the single file; empty: all files
	close func() error
}

// A file is a file of a tree.
type file struct {
	name         string // in the tree, with slashes
	servers      bool   // in the folder servers, which has a folder for each server
	server       string // NAME for a file in servers/NAME; otherwise empty
	organization bool   // in the folder organization
}

// organizationSection returns the section for which the export script writes
// this file. If the cmdlet returns nothing, the file contains no object.
func (f file) organizationSection() string {
	if !f.organization {
		return ""
	}
	switch strings.ToLower(path.Base(f.name)) {
	case "send-connectors.xml":
		return "send_connectors"
	case "edge-subscriptions.xml":
		return "edge_subscriptions"
	}
	return ""
}

// The folders in the layout of the export script.
const (
	serversFolder      = "servers"
	organizationFolder = "organization"
)

// open opens Dir. The caller closes it.
func (g Gatherer) open() (tree, error) {
	if g.Files != nil {
		return tree{FS: g.Files, base: g.Dir, close: func() error { return nil }}, nil
	}
	info, err := os.Stat(g.Dir)
	if err != nil {
		return tree{}, err
	}
	if info.IsDir() {
		return tree{FS: os.DirFS(g.Dir), base: g.Dir, close: func() error { return nil }}, nil
	}
	if info.Mode().IsRegular() {
		if t, isZip, err := g.openZip(info.Size()); err != nil || isZip {
			return t, err
		}
	}
	folder := filepath.Dir(g.Dir)
	return tree{FS: os.DirFS(folder), base: folder, only: filepath.Base(g.Dir), close: func() error { return nil }}, nil
}

// path returns the path of a name in the tree.
func (t tree) path(name string) string { return filepath.Join(t.base, filepath.FromSlash(name)) }

// shown is path for messages, on one line whatever the name contains.
func (t tree) shown(name string) string { return printable.Line(t.path(name)) }

// A finder finds the files to read.
type finder struct {
	g       Gatherer
	tree    tree
	files   []file
	servers []string // those with a folder
	entries int      // read so far
	other   []string // folders that are not part of the layout
}

// find returns the top folder that is read, the files below it in the order of
// their names, and the servers that have their own folders. It reads these
// folders:
//
//   - the top folder or, if it contains nothing but one folder, that folder
//   - servers/NAME in it, with the files of a server
//   - organization in it, with the files that belong to every server
func (g Gatherer) find(t tree) (root string, files []file, servers []string, err error) {
	if t.only != "" {
		return "", []file{{name: t.only}}, nil, nil
	}
	f := &finder{g: g, tree: t}
	root = "."
	entries, err := f.read(root)
	if err == nil && len(entries) == 1 && entries[0].IsDir() && (file{name: entries[0].Name()}).below() == (file{}) {
		root = entries[0].Name()
		entries, err = f.read(root)
	}
	if err != nil {
		return "", nil, nil, err
	}
	if err := f.add(root, entries, file{}); err != nil {
		return "", nil, nil, err
	}
	if len(f.other) > 0 {
		g.Report.Sentence("%s: skipped: %s: expected files, or the folders %s/NAME and %s", t.base, strings.Join(f.other, ", "), serversFolder, organizationFolder)
	}
	return root, f.files, f.servers, nil
}

// add adds the files among entries of a folder, with the other fields of like. It
// opens the folders of the layout and skips others.
func (f *finder) add(folder string, entries []fs.DirEntry, like file) error {
	for _, entry := range entries {
		like.name = path.Join(folder, entry.Name())
		isFile, err := f.regular(like.name, entry)
		if err != nil {
			return err
		}
		if isFile {
			f.files = append(f.files, like)
			continue
		}
		below := like.below()
		if below == (file{}) {
			f.other = append(f.other, like.name)
			continue
		}
		if below.server != "" {
			f.servers = append(f.servers, below.server)
		}
		inside, err := f.read(like.name)
		if err == nil {
			err = f.add(like.name, inside, below)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// below returns what is known about the files in a folder: nothing if it is not
// part of the layout.
func (f file) below() file {
	base := path.Base(f.name)
	switch {
	case f.servers:
		return file{server: base}
	case f.server != "" || f.organization:
		return file{}
	}
	return file{servers: strings.EqualFold(base, serversFolder), organization: strings.EqualFold(base, organizationFolder)}
}

// read returns the entries of a folder, sorted by name.
func (f *finder) read(folder string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.tree, folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.tree.shown(folder), err)
	}
	if f.entries += len(entries); f.entries > f.g.Limits.Files {
		return nil, fmt.Errorf("%s: expected at most %d files, found %d", f.tree.base, f.g.Limits.Files, f.entries)
	}
	return slices.DeleteFunc(entries, func(entry fs.DirEntry) bool {
		if fs.ValidPath(entry.Name()) {
			return false
		}
		f.g.Report.Sentence("%s: skipped: its name is not UTF-8", f.tree.shown(path.Join(folder, entry.Name())))
		return true
	}), nil
}

// regular reports whether an entry is a regular file or a link to one.
func (f *finder) regular(name string, entry fs.DirEntry) (bool, error) {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular(), nil
	}
	info, err := fs.Stat(f.tree, name)
	return err == nil && info.Mode().IsRegular(), err
}
