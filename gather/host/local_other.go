//go:build !windows

package host

import (
	"context"
	"fmt"
	"runtime"

	"github.com/transportcert/transportcert/gather"
)

// Gather fails: only Windows tells these names.
func (Local) Gather(context.Context, *gather.Document) error {
	return fmt.Errorf("names of this machine: they can be read on Windows only, and this is %s", runtime.GOOS)
}
