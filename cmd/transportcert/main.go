// Command transportcert tells which certificates an Exchange server uses for TLS
// between mail servers, and why.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/internal/printable"
)

// Exit codes. 0: as it should be.
const (
	exitNo    = 1 // the answer is no
	exitError = 2 // it could not be answered
)

// grace is how long a command has to end after a signal, and to say how far it
// came. No signal ends the wait for the other end of a named pipe, or for
// somebody who reads the output.
const grace = 2 * time.Second

// errNo ends a command whose answer is no.
var errNo = errors.New("the answer is no")

// errReported ends a command that has said already what went wrong.
var errReported = errors.New("reported")

// A usageError is a command line that cannot be understood.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() {
	collectGarbageRarely()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// collectGarbageRarely trades memory for time: a stream of documents leaves much
// garbage and keeps little, and a fifth of its time went into collecting. GOGC
// and GOMEMLIMIT take precedence.
func collectGarbageRarely() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(400)
		debug.SetMemoryLimit(320 << 20) // from which on it collects as often as it must
	}
}

// run runs a command and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	notes := printable.NewNotes(stderr)
	stderr = notes
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	defer close(ended)
	context.AfterFunc(ctx, func() {
		stop() // a second signal kills
		select {
		case <-ended:
		case <-time.After(grace):
			report(stderr, errors.New("interrupted"))
			os.Exit(exitError)
		}
	})

	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(orClosed(stdout))
	root.SetErr(stderr)
	command, err := root.ExecuteContextC(ctx)
	notes.Counted()
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errNo):
		return exitNo
	case errors.Is(err, errReported):
		return exitError
	}
	report(stderr, err)
	if errors.As(err, &usageError{}) || command == root {
		fmt.Fprintf(stderr, "Run '%s --help' for usage.\n", command.CommandPath())
	}
	return exitError
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "transportcert",
		Short: "Tells which certificates an Exchange server uses for TLS between mail servers, and why",
		Long: `An Exchange server chooses its TLS certificates itself: one for X-ANONYMOUSTLS, on which other Exchange
servers send it mail, one for STARTTLS on each Receive connector, and one when it sends. transportcert gathers
the facts that decide which ones, evaluates the steps that Microsoft published, and tells the certificates, the
events that the server logs, and what to do about them. "gather" writes the document of a server's facts,
"evaluate" decides, "explain" tells the decision step by step, "check" is a gate for CI, and "probe" shows what a
server really serves. "forecast" tells when the decision changes, "whatif" what a command would change, and "diff"
what has changed.

Exit codes: 0 as it should be, 1 the answer is no, 2 it could not be answered.`,
		Example: `  transportcert evaluate --exports exports/EX01
  transportcert gather --exports exports/EX01 -o ex01.json
  transportcert explain ex01.json`,
		Version:       thisBuild().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error { return usageError{withNearest(command, err)} })
	groupFlags(root)
	root.AddCommand(newGather(), newEvaluate(), newExplain(), newCheck(), newForecast(), newDiff(), newWhatIf(), newProbe(), newRules(), newBundle(), newPolicy(), newExportScript(), newVersion(), newMan(), newLimitsTopic())
	return root
}

// noArguments is what Args of a command without arguments is.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}
	return nil
}

// report writes an error for people. Names in it can come from anywhere.
func report(stderr io.Writer, err error) {
	fmt.Fprintf(stderr, "transportcert: %s\n", printable.Report(err.Error()+hint(err)))
}

// note returns what takes notes of what was left out or could not be read.
func note(stderr io.Writer) func(sentence string) {
	if notes, ok := stderr.(*printable.Notes); ok {
		return notes.Note
	}
	return printable.NewNotes(stderr).Note
}
