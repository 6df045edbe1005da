//go:build unix

package replace

import (
	"fmt"
	"os"
	"syscall"
)

// keepOwner gives a file the owner and the group of another file.
func keepOwner(path string, of os.FileInfo) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	is, want := info.Sys().(*syscall.Stat_t), of.Sys().(*syscall.Stat_t)
	if is.Uid == want.Uid && is.Gid == want.Gid {
		return nil
	}
	if err := os.Lchown(path, int(want.Uid), int(want.Gid)); err != nil {
		return fmt.Errorf("the owner of the file (user %d, group %d) cannot be preserved; remove the file first: %w", want.Uid, want.Gid, err)
	}
	return nil
}
