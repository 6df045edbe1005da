//go:build !windows

package host

import (
	"context"
	"fmt"
	"runtime"

	"github.com/transportcert/transportcert/gather"
)

// Gather fails: only Windows provides these names.
func (Local) Gather(context.Context, *gather.Document) error {
	return fmt.Errorf("names of this computer: they can be read only on Windows; this is %s", runtime.GOOS)
}
