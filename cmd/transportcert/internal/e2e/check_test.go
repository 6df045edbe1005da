package e2e_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// The scripts of check and rules have the repository's fixtures in $FIXTURES
// and its documentation in $DOCS.
func TestCheckScripts(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/check",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FIXTURES", filepath.Join(root, "fixtures"))
			env.Setenv("DOCS", filepath.Join(root, "docs"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "until": until},
	})
}

// What is found about a server is written before the next one is known; a
// report that waits for all says that the run was interrupted.
func TestCheckInterrupted(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no signals to processes")
	}
	report := filepath.Join(t.TempDir(), "findings.json")
	command := exec.CommandContext(soon(t), "transportcert", "check", "-o", "github", "-o", "json="+report, "-")
	var stderr strings.Builder
	command.Stderr = &stderr
	stdin, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	mismatch, err := os.ReadFile("../../../../fixtures/58-mismatch-in-session/input.json")
	require.NoError(t, err)
	_, err = io.WriteString(stdin, strings.ReplaceAll(string(mismatch), "\n", " ")+"\n")
	require.NoError(t, err)
	lines := bufio.NewReader(stdout)
	verdict, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "EX01: ACTION NEEDED\n", verdict)
	for _, unknown := range []string{"Exchange version not gathered", "Server roles not gathered"} {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, unknown)
	}
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(line, "::warning file=stdin,line=1,title=TC004 "), line)
	require.NoError(t, command.Process.Signal(os.Interrupt))
	require.Error(t, command.Wait())
	require.Equal(t, exitError, command.ProcessState.ExitCode())
	require.Equal(t, "transportcert: interrupted; decisions written: 1\n", stderr.String())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.Contains(t, string(text), `"message": "interrupted; decisions written: 1"`)
	require.Contains(t, string(text), `"rule_id": "TC004"`)
}
