package certstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/transportcert/transportcert/internal/files"
)

// Bounds on what is read below one path.
const (
	maxFileSize = 16 << 20 // bytes; an export of a whole store is far below
	maxDepth    = 32       // folders in folders
)

// walk calls visit for the file at path or, where it is a folder, for each
// entry below that is not a folder, in lexical order. An entry that cannot be
// read comes with an error in place of data; visit's own error ends the walk.
// It fails where path itself cannot be read.
func walk(ctx context.Context, system fs.FS, path string, maxFiles int, visit func(name string, data []byte, err error) error) error {
	info, err := stat(system, path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: expected a file or a folder, found %s", path, kind(info.Mode()))
		}
		data, err := files.ReadFrom(system, path, maxFileSize)
		if err != nil {
			return err
		}
		return visit(path, data, nil)
	}

	folder, closeFolder, err := openFolder(system, path)
	if err != nil {
		return err
	}
	defer closeFolder()
	read := 0
	return fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		full := filepath.Join(path, filepath.FromSlash(name))
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			return visit(full, nil, withoutPath(err))
		case entry.IsDir() && name != "." && strings.Count(name, "/")+1 > maxDepth:
			if err := visit(full, nil, fmt.Errorf("it is more than %d folders deep", maxDepth)); err != nil {
				return err
			}
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		if read++; read > maxFiles {
			return fmt.Errorf("%s: expected at most %d files, found more", path, maxFiles)
		}
		data, err := readEntry(folder, name)
		return visit(full, data, err)
	})
}

func stat(system fs.FS, path string) (fs.FileInfo, error) {
	if system == nil {
		return os.Stat(path)
	}
	return fs.Stat(system, path)
}

// openFolder returns what is below a folder, and nothing else.
func openFolder(system fs.FS, path string) (folder fs.FS, closeFolder func() error, err error) {
	if system != nil {
		folder, err = fs.Sub(system, path)
		return folder, func() error { return nil }, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, nil, err
	}
	return rootFolder{root}, root.Close, nil
}

// A rootFolder keeps every open below the folder, whatever the links say. Unlike
// root.FS() it opens names that are not UTF-8.
type rootFolder struct{ root *os.Root }

func (r rootFolder) Open(name string) (fs.File, error) { return r.root.Open(filepath.FromSlash(name)) }

func (r rootFolder) Stat(name string) (fs.FileInfo, error) {
	return r.root.Stat(filepath.FromSlash(name))
}

// readEntry reads a file of a folder. It looks before it opens: to open a named
// pipe would wait for its writer.
func readEntry(folder fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("expected a file, found %s", kind(info.Mode()))
	}
	file, err := folder.Open(name)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer file.Close()
	return files.ReadAll(file, maxFileSize)
}

// withoutPath drops the path from an error that will be reported with it.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// kind names what is no regular file.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a link to a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "neither file nor folder"
}
