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
func walk(ctx context.Context, path string, maxFiles int, visit func(name string, data []byte, err error) error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: expected a file or a folder, found %s", path, kind(info.Mode()))
		}
		data, err := readFile(os.Open(path))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return visit(path, data, nil)
	}

	// The root keeps every open below the folder, whatever the links say.
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer root.Close()
	read := 0
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
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
			if err := visit(full, nil, fmt.Errorf("it lies more than %d folders deep", maxDepth)); err != nil {
				return err
			}
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		if read++; read > maxFiles {
			return fmt.Errorf("%s: expected at most %d files, found more", path, maxFiles)
		}
		data, err := readEntry(root, name)
		return visit(full, data, err)
	})
}

// readEntry reads a file below root. It looks before it opens: to open a named
// pipe would wait for its writer.
func readEntry(root *os.Root, name string) ([]byte, error) {
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("expected a file, found %s", kind(info.Mode()))
	}
	data, err := readFile(root.Open(filepath.FromSlash(name)))
	return data, withoutPath(err)
}

// readFile reads a file that was just opened, up to maxFileSize, and closes it.
func readFile(file *os.File, err error) ([]byte, error) {
	if err != nil {
		return nil, err
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
