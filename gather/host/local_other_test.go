//go:build !windows

package host_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/host"
)

func TestLocalOnOtherSystems(t *testing.T) {
	t.Parallel()
	err := host.Local{}.Gather(context.Background(), &gather.Document{})
	require.ErrorContains(t, err, "names of this computer: they can be read only on Windows")
}
