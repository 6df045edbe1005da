package e2e_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is found about a server is written before the next one is known; a
// report that waits for all says that the run was interrupted.
func TestCheckInterrupted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no signals to processes")
	}
	report := filepath.Join(t.TempDir(), "findings.json")
	r := start(t, "check", "-o", "github", "-o", "json="+report, "-")
	r.write(t, input(t, "58-mismatch-in-session")+"\n")
	require.Equal(t, "EX01: ACTION NEEDED\n", r.line(t))
	for _, unknown := range []string{"Exchange version not gathered", "Server roles not gathered"} {
		require.Contains(t, r.line(t), unknown)
	}
	require.Regexp(t, "^::warning file=stdin,line=1,title=TC004 ", r.line(t))
	r.interrupt(t, os.Interrupt)
	require.Equal(t, "transportcert: interrupted; decisions written: 1\n", r.stderr.String())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.Contains(t, string(text), `"message": "interrupted; decisions written: 1"`)
	require.Contains(t, string(text), `"rule_id": "TC004"`)
}
