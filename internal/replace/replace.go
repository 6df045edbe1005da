// Package replace writes files atomically.
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

// File replaces or creates the file at path. It writes a temporary file next to
// it first, so that the file is always complete: either old or new. An existing
// file keeps its mode and owner, and a symbolic link stays one. A pipe or a
// device is written directly.
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
	mode := os.FileMode(0o666) // minus the umask
	if statErr == nil {
		mode = old.Mode().Perm() & 0o600 // until the owner is set
	}
	// The name is short, because that of the file can already have the maximum
	// length.
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

// Same reports whether two paths are the same file, or would be after writing:
// through another spelling, a link, or different case on a case-insensitive
// file system.
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

// resolved follows links at the end of a path, even to a file that does not
// exist yet.
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

// ignoresCase reports whether a folder's file system ignores case: whether the
// folder is the same under its name in the opposite case.
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
