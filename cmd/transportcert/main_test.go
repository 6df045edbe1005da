package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"transportcert": main})
}

// leakChecked fails where the tests leave a goroutine behind.
type leakChecked struct{ *testing.M }

func (m leakChecked) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// The scripts read like a session in a terminal. They have the repository's
// fixtures in $FIXTURES, and the command "exits CODE PROGRAM…" for commands
// that do not end with 0. Exports of real servers, which are not part of the
// repository, are in $REAL_EXPORTS where [real_exports] holds.
func TestScripts(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Abs("../../fixtures")
	require.NoError(t, err)
	realExports, err := filepath.Abs("../../../shared/exports")
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FIXTURES", fixtures)
			env.Setenv("REAL_EXPORTS", realExports)
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "real_exports" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := os.Stat(realExports)
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	found := "0"
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		found = fmt.Sprint(failed.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if found != args[0] {
		ts.Fatalf("expected exit code %s, found %s", args[0], found)
	}
}

// A signal ends a command that waits for its input, after whole lines.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows sends no signals to processes")
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		command := exec.CommandContext(soon(t), "transportcert", "evaluate", "-o", "ndjson", "-")
		var stderr strings.Builder
		command.Stderr = &stderr
		stdin, err := command.StdinPipe()
		require.NoError(t, err)
		stdout, err := command.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		_, err = io.WriteString(stdin, document(t)+"\n")
		require.NoError(t, err)
		decisions := bufio.NewReader(stdout)
		line, err := decisions.ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, `"server":"EX01"`)
		require.NoError(t, command.Process.Signal(signal))
		rest, err := io.ReadAll(decisions)
		require.NoError(t, err)
		require.Empty(t, rest)
		require.Error(t, command.Wait())
		require.Equal(t, exitError, command.ProcessState.ExitCode())
		require.Equal(t, "transportcert: interrupted; decisions written: 1\n", stderr.String())
	}
}

// Where nobody reads on, as with | head, a command ends without a word.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a closed pipe is another error there")
	}
	command := exec.CommandContext(soon(t), "transportcert", "evaluate", "-o", "json", "-")
	var stderr strings.Builder
	command.Stderr = &stderr
	command.Stdin = strings.NewReader(strings.Repeat(document(t)+"\n", 100))
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	require.NoError(t, stdout.Close())
	require.Error(t, command.Wait())
	require.Empty(t, stderr.String())
}

// soon ends a command that does not end by itself.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// Whatever names an error or a note holds, the terminal shows them.
func TestReport(t *testing.T) {
	t.Parallel()
	var stderr strings.Builder
	report(&stderr, errors.New("a\x1b[2J\n  b\u202e"))
	note(&stderr)("c\x1b[2J\nd")
	require.Equal(t, "transportcert: a\\x1b[2J\n  b\\u202e\nnote: c\\x1b[2J\\nd\n", stderr.String())

	stderr.Reset()
	report(&stderr, errors.New(strings.Repeat("x", 1<<20)))
	note(&stderr)(strings.Repeat("x", 1<<20))
	require.Less(t, stderr.Len(), 20<<10)
}

// document returns a fixture on one line.
func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/01-as-installed/input.json")
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "\n", " ")
}

// A file is replaced whole or not at all, and what is no file stays what it is.
func TestReplaceFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, link := filepath.Join(folder, "ex01.json"), filepath.Join(folder, "link.json")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o600))
	require.NoError(t, os.Symlink(file, link))
	require.NoError(t, replaceFile(link, strings.NewReader("new")))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "new", string(text))
	require.NoError(t, replaceFile(os.DevNull, strings.NewReader("gone")))
	info, err := os.Lstat(os.DevNull)
	require.NoError(t, err)
	require.False(t, info.Mode().IsRegular())

	require.Error(t, replaceFile(filepath.Join(folder, "missing", "ex01.json"), strings.NewReader("")))
	require.Error(t, replaceFile(folder, strings.NewReader("")))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Equal(t, []string{"ex01.json", "link.json"}, slices.Collect(func(yield func(string) bool) {
		for _, entry := range entries {
			yield(entry.Name())
		}
	}))
}

func TestColors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		when        string
		terminal    bool
		environment map[string]string
		expected    bool
	}{
		{"auto", true, map[string]string{"TERM": "xterm"}, true},
		{"auto", true, nil, true},
		{"auto", false, map[string]string{"TERM": "xterm"}, false},
		{"auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"auto", true, map[string]string{"NO_COLOR": "0"}, false},
		{"auto", true, map[string]string{"NO_COLOR": ""}, true},
		{"auto", true, map[string]string{"TERM": "dumb"}, false},
		{"always", false, map[string]string{"NO_COLOR": "1", "TERM": "dumb"}, true},
		{"never", true, nil, false},
	}
	for _, test := range tests {
		d := deciding{color: test.when}
		require.Equal(t, test.expected, d.colorsOn(test.terminal, func(name string) string { return test.environment[name] }), "%v", test)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	require.Equal(t, "transportcert (devel)\ncommit unknown\ngo1.26.0\nopa unknown\n", describe(&debug.BuildInfo{GoVersion: "go1.26.0"}))
	require.Equal(t, "transportcert v1.2.3\ncommit 0123abcd (modified)\ngo1.26.0\nopa v1.22.2\n", describe(&debug.BuildInfo{
		GoVersion: "go1.26.0",
		Main:      debug.Module{Version: "v1.2.3"},
		Deps:      []*debug.Module{{Path: "github.com/open-policy-agent/opa", Version: "v1.22.2"}},
		Settings:  []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.modified", Value: "true"}},
	}))
}
