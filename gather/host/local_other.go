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
	return fmt.Errorf("names of this machine: only Windows tells them as Exchange asks for them, and this is %s: pass --host FQDN,NETBIOS", runtime.GOOS)
}
