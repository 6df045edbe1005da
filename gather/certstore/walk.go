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

// Limits on what is read below one path.
const (
	maxFileSize = 16 << 20 // bytes; an export of a whole store is far smaller
	maxDepth    = 32       // of nested folders
)

// walk calls visit for the file at path or, if path is a folder, for each entry
// below it that is not a folder, in lexical order. An entry that cannot be read
// comes with an error instead of data; an error returned by visit ends the
// walk. walk fails if path itself cannot be read.
func walk(ctx context.Context, system fs.FS, path string, maxFiles int, visit func(name string, data []byte, err error) error) error {
	info, err := fs.Stat(files.In(system), path)
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

// openFolder opens a folder and restricts access to what is below it.
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

// A rootFolder restricts every open to the folder, whatever links it contains.
// Unlike root.FS(), it opens names that are not UTF-8.
type rootFolder struct{ root *os.Root }

func (r rootFolder) Open(name string) (fs.File, error) { return r.root.Open(filepath.FromSlash(name)) }

func (r rootFolder) Stat(name string) (fs.FileInfo, error) {
	return r.root.Stat(filepath.FromSlash(name))
}

// readEntry reads a file of a folder. It checks the type first, because opening
// a named pipe would block until something writes to it.
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

// withoutPath removes the path from an error that will be reported with the
// path.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// kind names a file type other than a regular file.
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
	return "neither a file nor a folder"
}
