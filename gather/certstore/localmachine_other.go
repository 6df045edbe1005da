//go:build !windows

package certstore

import (
	"context"
	"fmt"
	"runtime"

	"github.com/transportcert/transportcert/gather"
)

// Gather fails: only Windows has this store.
func (LocalMachine) Gather(context.Context, *gather.Document) error {
	return fmt.Errorf(`certificate store LocalMachine\My: it exists only on Windows; this is %s`, runtime.GOOS)
}
