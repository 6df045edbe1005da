// Package e2e_test runs the program as it is built.
package e2e_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// raceDetector is whether it is on, for the program too.
var raceDetector = false

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run builds the program into a folder of its own, which comes first on the
// PATH of the tests, and fails where the tests leave a goroutine behind.
func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "transportcert-e2e-")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(folder)
	build := exec.Command("go", "build", "-trimpath", fmt.Sprintf("-race=%t", raceDetector), "-o", folder+string(os.PathSeparator), "../..")
	if output, err := build.CombinedOutput(); err != nil {
		return failed(fmt.Errorf("building the program: %w\n%s", err, output))
	}
	if err := os.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		return failed(err)
	}
	if code := m.Run(); code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		return failed(err)
	}
	return 0
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// The scripts read like a session in a terminal. They have the repository's
// fixtures in $FIXTURES, the command "exits CODE PROGRAM…" for commands that do
// not end with 0, "smtp", which starts a server, and a few others, described where they are. Exports of
// real servers, which are not part of the repository, are in $REAL_EXPORTS where [real_exports] holds.
func TestScripts(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Abs("../../../../fixtures")
	require.NoError(t, err)
	realExports, err := filepath.Abs("../../../../../shared/exports")
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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "zip": zipFolder, "until": until, "smtp": smtp, "keys": keys, "tamper": tamper},
	})
}

// until compares stdout up to a line, without it, with a file: until LINE FILE.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until LINE FILE")
	}
	found, _, ok := strings.Cut(ts.ReadFile("stdout"), "\n"+args[0]+"\n")
	if expected := ts.ReadFile(args[1]); !ok || found+"\n" != expected {
		ts.Fatalf("expected up to %q:\n%s\nfound:\n%s", args[0], expected, found)
	}
}

// zipFolder writes a folder, with its name before everything in it, into a zip
// file: zip FILE FOLDER.
func zipFolder(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: zip FILE FOLDER")
	}
	folder := ts.MkAbs(args[1])
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	ts.Check(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(folder), path)
		if err != nil {
			return err
		}
		file, err := w.Create(filepath.ToSlash(name))
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			_, err = file.Write(text)
		}
		return err
	}))
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data.Bytes(), 0o600))
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
		r := start(t, "evaluate", "-o", "ndjson", "-")
		r.write(t, input(t, "01-as-installed")+"\n")
		require.Contains(t, r.line(t), `"server":"EX01"`)
		require.Empty(t, r.interrupt(t, signal))
		require.Equal(t, "transportcert: interrupted; decisions written: 1\n", r.stderr.String())
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
	command.Stdin = strings.NewReader(strings.Repeat(input(t, "01-as-installed")+"\n", 100))
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	require.NoError(t, stdout.Close())
	require.Error(t, command.Wait())
	require.Empty(t, stderr.String())
}
