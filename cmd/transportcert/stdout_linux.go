package main

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// orClosed returns stdout, or where that was closed before this program began,
// a writer that says so. Go opens /dev/null in its place, and what is written
// there is lost without an error. It opens it to read and write, which others
// seldom do for standard output and not for standard error: that cannot be told
// apart, and losing a report is worse.
func orClosed(stdout io.Writer) io.Writer {
	file, ok := stdout.(*os.File)
	if ok && openedByRuntime(file) && !openedByRuntime(os.Stderr) {
		return closed{}
	}
	return stdout
}

type closed struct{}

func (closed) Write([]byte) (int, error) {
	return 0, errors.New("standard output is closed, or /dev/null for reading and writing: to discard it, use > /dev/null")
}

func openedByRuntime(file *os.File) bool {
	var is, null unix.Stat_t
	if unix.Fstat(int(file.Fd()), &is) != nil || unix.Stat(os.DevNull, &null) != nil || is.Rdev != null.Rdev || is.Mode&unix.S_IFMT != unix.S_IFCHR {
		return false
	}
	flags, err := unix.FcntlInt(file.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}
