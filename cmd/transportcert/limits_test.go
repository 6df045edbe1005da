package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// docs/limits.md has a line for each limit, with its default.
func TestLimitsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/limits.md")
	require.NoError(t, err)
	l := newLimits()
	for _, limit := range l.all() {
		require.Contains(t, string(page), fmt.Sprintf("\n| `%s` | %s | ", limit.name, limit.value))
	}
}

// A value that is shown is the value that it sets.
func TestLimitValues(t *testing.T) {
	t.Parallel()
	l := newLimits()
	for _, limit := range l.all() {
		before := limit.value.String()
		require.NoError(t, l.set(limit.name+"="+before))
		require.Equal(t, before, limit.value.String())
		for _, wrong := range []string{"", "0", "-1", "x", "1.5.2", "99999999999999999999"} {
			require.ErrorContains(t, l.set(limit.name+"="+wrong), limit.name+": expected a ", wrong)
		}
	}
	require.Equal(t, newLimits(), l)
	require.NoError(t, l.set("xml-size=1.5MiB"))
	require.Equal(t, 3<<19, l.exports.Bytes)
	require.NoError(t, l.set("certificates=7"))
	require.Equal(t, 7, l.store.Certificates)
	require.ErrorContains(t, l.set("xml=1"), "expected NAME=VALUE, where NAME is one of document-size, ")
}
