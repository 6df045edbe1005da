//go:build !windows

package certstore

import (
	"context"
	"fmt"
	"runtime"

	"github.com/transportcert/transportcert/gather"
)

// Gather fails: only Windows has that store.
func (LocalMachine) Gather(context.Context, *gather.Document) error {
	return fmt.Errorf(`certificate store LocalMachine\My: it exists on Windows only, and this is %s`, runtime.GOOS)
}
