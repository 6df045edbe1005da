//go:build !unix

package replace

import "os"

// keepOwner does nothing: who may do what with a file its folder says.
func keepOwner(string, os.FileInfo) error { return nil }
