package benchmark_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/benchmark"
)

func TestDocumentsAreValid(t *testing.T) {
	t.Parallel()
	for _, certificates := range []int{3, 6, 30, 1000} {
		document := benchmark.Document(7, certificates)
		require.Len(t, document.Certificates, certificates)
		require.NoError(t, document.Validate())
	}
}
