// Package opa_test runs the tests of the Rego in this folder.
package opa_test

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/stretchr/testify/require"
)

func TestMask(t *testing.T) {
	t.Parallel()
	modules, store, err := tester.Load([]string{"."}, nil)
	require.NoError(t, err)
	coverage := cover.New()
	results, err := tester.NewRunner().
		SetStore(store).
		SetModules(modules).
		SetCoverageQueryTracer(coverage).
		RunTests(t.Context(), nil)
	require.NoError(t, err)
	count := 0
	for result := range results {
		count++
		require.NoError(t, result.Error, result.Name)
		require.False(t, result.Fail, result.Name)
	}
	require.Positive(t, count)
	require.Empty(t, coverage.Report(modules).Files["mask.rego"].NotCovered)
}
