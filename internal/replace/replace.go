// Package replace writes files whole or not at all.
package replace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// File puts data in the place of the file at path, or makes it: it is written
// beside it first, so that a file is whole or as it was. A file that is there
// keeps its mode and its owner, and a symbolic link stays one. What is no file,
// a pipe or a device, is written as it is.
func File(path string, data io.WriterTo) (err error) {
	if target, linkErr := filepath.EvalSymlinks(path); linkErr == nil {
		path = target
	}
	old, statErr := os.Stat(path)
	if statErr == nil && !old.Mode().IsRegular() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return fill(file, data)
	}
	if statErr != nil && !errors.Is(statErr, os.ErrNotExist) {
		return fmt.Errorf("writing %s: %w", path, statErr)
	}
	mode := os.FileMode(0o666) // less the umask
	if statErr == nil {
		mode = old.Mode().Perm() & 0o600 // until it has its owner
	}
	// The name is short, since that of the file can be as long as names may be.
	beside := filepath.Join(filepath.Dir(path), ".transportcert-"+rand.Text()+".tmp")
	file, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o200)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			os.Remove(beside)
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	if err := fill(file, data); err != nil {
		return err
	}
	if statErr == nil {
		if err := keepOwner(beside, old); err != nil {
			return err
		}
		if err := os.Chmod(beside, old.Mode()); err != nil {
			return err
		}
	}
	return os.Rename(beside, path)
}

// fill writes data to an open file and closes it.
func fill(file *os.File, data io.WriterTo) error {
	_, err := data.WriteTo(file)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Same reports whether two paths are one file, or would be once they are
// written: by another spelling, a link, or letters of another case where the
// file system makes no difference.
func Same(a, b string) bool {
	a, b = filepath.Clean(a), filepath.Clean(b)
	if a == b {
		return true
	}
	if one, err := os.Stat(a); err == nil {
		other, err := os.Stat(b)
		return err == nil && os.SameFile(one, other)
	}
	a, b = resolved(a), resolved(b)
	one, errA := os.Stat(filepath.Dir(a))
	other, errB := os.Stat(filepath.Dir(b))
	if errA != nil || errB != nil || !os.SameFile(one, other) {
		return false
	}
	nameA, nameB := filepath.Base(a), filepath.Base(b)
	return nameA == nameB || strings.EqualFold(nameA, nameB) && ignoresCase(filepath.Dir(a))
}

// resolved follows links at the end of a path, also to what is not there yet.
func resolved(path string) string {
	for range 40 {
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path
}

// ignoresCase reports whether a folder takes letters of either case for one:
// whether it is the same folder by its name in the other case.
func ignoresCase(folder string) bool {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return false
	}
	for above := folder; above != filepath.Dir(above); above = filepath.Dir(above) {
		name := filepath.Base(above)
		swapped := strings.Map(func(r rune) rune {
			if upper := []rune(strings.ToUpper(string(r)))[0]; upper != r {
				return upper
			}
			return []rune(strings.ToLower(string(r)))[0]
		}, name)
		if swapped == name {
			continue
		}
		one, err := os.Stat(above)
		other, otherErr := os.Stat(filepath.Join(filepath.Dir(above), swapped))
		return err == nil && otherErr == nil && os.SameFile(one, other)
	}
	return false
}
