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
	"golang.org/x/term"

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
		Short: "Shows which certificates an Exchange server uses for TLS between mail servers, and why",
		Long: `An Exchange server chooses its own TLS certificates: one for X-ANONYMOUSTLS, which other Exchange servers use to
send it mail, one for STARTTLS on each Receive connector, and one for sending. transportcert applies the selection
steps that Microsoft published to the facts of your servers, and shows which certificates they use, which events
they log, and what to change.

To begin, run the script that "export-script" prints in the Exchange Management Shell, and check the zip file that it
writes. "gather" keeps the facts of a server as a document, a JSON file, which the other commands read.

Exit codes: 0 as it should be; 1 the answer is no: mail is at risk, a finding fails the check, something differs;
2 there is no answer, because of a bad flag, bad input or an unreachable source.`,
		Example: `  transportcert export-script > Export-TransportFacts.ps1
  transportcert check --all-servers --exports TransportFacts-20261122T070000Z.zip
  transportcert explain --server EX01 --exports TransportFacts-20261122T070000Z.zip
  transportcert gather --all-servers --exports TransportFacts-20261122T070000Z.zip -o documents
  transportcert evaluate documents/EX01.json`,
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

// noteSuccess writes a note on a terminal. In scripts, success is silent.
func noteSuccess(stderr io.Writer, sentence string) {
	if file := printable.File(stderr); file != nil && term.IsTerminal(int(file.Fd())) {
		note(stderr)(sentence)
	}
}

// note returns what takes notes of what was left out or could not be read.
func note(stderr io.Writer) func(sentence string) {
	if notes, ok := stderr.(*printable.Notes); ok {
		return notes.Note
	}
	return printable.NewNotes(stderr).Note
}
