//go:build integration

// Package prometheus_test checks with promtool (in Debian's package prometheus)
// the metrics that the program writes and the alerts in examples/prometheus:
//
//	go test -count=1 -tags integration ./labs/prometheus
package prometheus_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "transportcert")
	output, err := exec.Command("go", "build", "-o", program, "../../cmd/transportcert").CombinedOutput()
	require.NoError(t, err, "%s", output)
	broken := filepath.Join(t.TempDir(), "EX02.json")
	require.NoError(t, os.WriteFile(broken, []byte("{}"), 0o600))
	for name, args := range map[string][]string{
		"every event":         {"../../fixtures/194-server-all-events/input.json"},
		"a finding":           {"../../fixtures/31-no-private-key/input.json"},
		"names beyond ASCII":  {"../../fixtures/56-names-beyond-ascii/input.json"},
		"one could not":       {"../../fixtures/02-pki-certificate-in-use/input.json", broken},
		"several servers":     {"--all-servers", "--exports", "../../fixtures/exports/two-servers"},
		"nothing was checked": {"missing.json"},
	} {
		file := filepath.Join(t.TempDir(), "transportcert.prom")
		output, err := exec.Command(program, append([]string{"check", "-o", "prometheus=" + file}, args...)...).CombinedOutput()
		if failed := (*exec.ExitError)(nil); !errors.As(err, &failed) {
			require.NoError(t, err, "%s: %s", name, output)
		}
		metrics, err := os.Open(file)
		require.NoError(t, err, "%s: %s", name, output)
		defer metrics.Close()
		check := exec.Command("promtool", "check", "metrics")
		check.Stdin = metrics
		output, err = check.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, output)
		require.Empty(t, output, name)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"check", "rules", "transportcert.rules.yaml"},
		{"test", "rules", "transportcert.test.yaml"},
	} {
		promtool := exec.Command("promtool", args...)
		promtool.Dir = "../../examples/prometheus"
		output, err := promtool.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
}
