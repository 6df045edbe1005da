package e2e_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The exit codes that the documentation promises, other than 0.
const (
	exitNo    = 1 // the answer is no
	exitError = 2 // it could not be answered
)

// atOnce is how long a command may take to end after a signal. It is more than
// a person would wait, since the machine may have more to do.
const atOnce = 20 * time.Second

// soon ends a command that does not end by itself. Three minutes are long: a machine can have much else to do.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// An ending is what a command left behind.
type ending struct {
	code           int
	stdout, stderr string
}

// program runs transportcert with text on its standard input.
func program(t *testing.T, stdin string, args ...string) ending {
	t.Helper()
	command := exec.CommandContext(soon(t), "transportcert", args...)
	command.Stdin = strings.NewReader(stdin)
	return endingOf(t, command)
}

// shell runs a script, in which $1 and so on are the arguments.
func shell(t *testing.T, script string, args ...string) ending {
	t.Helper()
	return endingOf(t, exec.CommandContext(soon(t), "sh", append([]string{"-c", script, "sh"}, args...)...))
}

func endingOf(t *testing.T, command *exec.Cmd) ending {
	t.Helper()
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return ending{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// A running program is one that the test talks to.
type running struct {
	*exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *strings.Builder
}

// start starts transportcert.
func start(t *testing.T, args ...string) running {
	t.Helper()
	command := exec.CommandContext(soon(t), "transportcert", args...)
	r := running{Cmd: command, stderr: &strings.Builder{}}
	command.Stderr = r.stderr
	stdin, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	r.stdin, r.stdout = stdin, bufio.NewReader(stdout)
	require.NoError(t, command.Start())
	return r
}

func (r running) write(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(r.stdin, text)
	require.NoError(t, err)
}

func (r running) line(t *testing.T) string {
	t.Helper()
	line, err := r.stdout.ReadString('\n')
	require.NoError(t, err)
	return line
}

// interrupt sends a signal, which ends the program at once, and returns what it
// still wrote to its standard output.
func (r running) interrupt(t *testing.T, signal os.Signal) string {
	t.Helper()
	require.NoError(t, r.Process.Signal(signal))
	signalled := time.Now()
	rest, err := io.ReadAll(r.stdout)
	require.NoError(t, err)
	require.Error(t, r.Wait())
	require.Less(t, time.Since(signalled), atOnce)
	require.Equal(t, exitError, r.ProcessState.ExitCode())
	return string(rest)
}

// input returns the document of a fixture on one line.
func input(t *testing.T, fixture string) string {
	t.Helper()
	text, err := os.ReadFile("../../../../fixtures/" + fixture + "/input.json")
	require.NoError(t, err)
	return strings.ReplaceAll(string(text), "\n", " ")
}

// A block is a block of code of a page.
type block struct{ language, text string }

var codeBlock = regexp.MustCompile("(?sm)^ *```([a-z]*)\n(.*?)^ *```$")

func blocksOf(t *testing.T, page string) (blocks []block) {
	t.Helper()
	text, err := os.ReadFile("../../../../" + page)
	require.NoError(t, err)
	for _, match := range codeBlock.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block{match[1], match[2]})
	}
	require.NotEmpty(t, blocks)
	return blocks
}

func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}
