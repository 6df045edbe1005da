package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/ordered"
	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/printable"
)

// documentFlags are what evaluate, explain and check have in common: which
// documents, which policies, which time, and what happens after a bad document.
type documentFlags struct {
	from      sources
	policies  policyFlags
	at        string
	color     string
	summary   bool
	keepGoing bool
}

func (d *documentFlags) addFlags(command *cobra.Command) {
	d.from.addFlags(command)
	d.addDecisionFlags(command)
	command.Flags().BoolVar(&d.keepGoing, "keep-going", true, "continue with the other documents after an error; --keep-going=false stops there")
}

// addDecisionFlags adds those that do not say where documents come from.
func (d *documentFlags) addDecisionFlags(command *cobra.Command) {
	d.policies.addFlags(command)
	command.Flags().StringVar(&d.at, "at", "", "evaluate at this `TIME`, YYYY-MM-DDThh:mm:ssZ or YYYY-MM-DD (00:00 UTC), instead of the document's now")
	d.addColorFlag(command)
}

func (d *documentFlags) addColorFlag(command *cobra.Command) {
	command.Flags().StringVar(&d.color, "color", "auto", "color text `WHEN`: auto (on a terminal), always or never")
	complete(command, "color", []string{"auto", "always", "never"})
}

func (d *documentFlags) addSummaryFlag(command *cobra.Command) {
	command.Flags().BoolVar(&d.summary, "summary", false, "in text, print only the tables about all servers")
}

// check finds out what is wrong with the flags before anything is read.
func (d *documentFlags) check() error {
	if _, err := time.Parse(time.DateOnly, d.at); err == nil {
		d.at += "T00:00:00Z"
	}
	if d.at != "" && !gather.IsTime(d.at) {
		return usagef("--at: expected a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ, in UTC, found %q", d.at)
	}
	if d.color != "auto" && d.color != "always" && d.color != "never" {
		return usagef("--color: expected auto, always or never, found %q", d.color)
	}
	return d.policies.check()
}

// style is that of text on stdout: colors where it takes them
// (https://no-color.org), and as wide as the terminal, within what can be read.
func (d *documentFlags) style(command *cobra.Command) output.Style {
	file, ok := command.OutOrStdout().(*os.File)
	terminal := ok && term.IsTerminal(int(file.Fd()))
	style := output.Style{Color: d.colorsOn(terminal, os.Getenv), Summary: d.summary}
	if !terminal {
		return style
	}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		style.Width = min(max(width, 60), 160)
	}
	return style
}

func (d *documentFlags) colorsOn(terminal bool, getenv func(string) string) bool {
	if d.color != "auto" {
		return d.color == "always"
	}
	return terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// evaluator compiles the policies that decide.
func (d *documentFlags) evaluator(command *cobra.Command, options ...evaluate.Option) (*evaluate.Evaluator, error) {
	return d.policies.evaluator(command, append(options, evaluate.WithDeadline(d.from.limits.deadline))...)
}

// A decider decides for the document of an outcome.
type decider func(context.Context, *evaluate.Evaluator, *outcome) error

// run decides for the documents and writes what comes out in one format.
func (d *documentFlags) run(command *cobra.Command, paths []string, to *formatted, decide decider, options ...evaluate.Option) error {
	ctx := command.Context()
	all, err := d.from.documents(command, paths)
	if err != nil {
		return err
	}
	evaluator, err := d.evaluator(command, options...)
	if err != nil {
		return err
	}
	err = d.each(command, all, to, func(o *outcome) error { return decide(ctx, evaluator, o) })
	if err == nil && to.no {
		err = errNo
	}
	return err
}

// each decides for the documents, as many at once as there are cores, and
// writes what came out in the order of the documents.
func (d *documentFlags) each(command *cobra.Command, all iter.Seq2[documents.Document, error], to sink, decide func(*outcome) error) error {
	ctx := command.Context()
	outcomes := ordered.Map(read(all), runtime.GOMAXPROCS(0), func(o outcome) outcome { return d.prepared(o, decide) })
	decided, failed := 0, false
	for o := range outcomes {
		if o.err == nil {
			o.err = to.write(o)
		}
		if broken := (writeError{}); errors.As(o.err, &broken) {
			return broken.error
		}
		if o.err == nil {
			decided++
			continue
		}
		if ctx.Err() != nil {
			break
		}
		report(command.ErrOrStderr(), o.err)
		if err := to.fail(o.Name, o.err); err != nil {
			return err
		}
		if failed = true; !d.keepGoing {
			break
		}
	}
	var interrupted error
	if ctx.Err() != nil {
		interrupted = fmt.Errorf("interrupted; decisions written: %d", decided)
		if err := to.fail("", interrupted); err != nil {
			return err
		}
	}
	if err := to.close(); err != nil {
		return err
	}
	if interrupted == nil && failed {
		return errReported
	}
	return interrupted
}

// A sink takes what was decided, one document after the other.
type sink interface {
	// write returns a writeError where nothing more can be written.
	write(o outcome) error
	// fail takes a document for which nothing could be decided, or, without a
	// name, the reason why the run did not come to its end.
	fail(document string, why error) error
	close() error
}

// An outcome is a document on its way to its decision, or the error that it
// met.
type outcome struct {
	documents.Document
	found output.Checked // as much of it as the command needs
	diff  *diff.Server   // from the other document, of diff; nil: none
	worse bool           // of forecast: within the time of --fail-within
	err   error
}

// decided is a decider of the decision alone.
func decided(ctx context.Context, evaluator *evaluate.Evaluator, o *outcome) (err error) {
	o.found.Decision, err = evaluator.Evaluate(ctx, o.Document.Document)
	return err
}

// checked is a decider that finds out besides what is wrong and what to do.
func checked(ctx context.Context, evaluator *evaluate.Evaluator, o *outcome) error {
	return o.check(ctx, evaluator)
}

// check decides, and finds out what is wrong and what to do.
func (o *outcome) check(ctx context.Context, evaluator *evaluate.Evaluator) error {
	checked, err := evaluator.Check(ctx, o.Document.Document)
	if err != nil {
		return err
	}
	o.found.Decision, o.found.Findings, o.found.Plan = checked.Decision, checked.Findings, checked.Plan
	return nil
}

func read(all iter.Seq2[documents.Document, error]) iter.Seq[outcome] {
	return func(yield func(outcome) bool) {
		for document, err := range all {
			if !yield(outcome{Document: document, err: err}) {
				return
			}
		}
	}
}

func (d *documentFlags) prepared(o outcome, decide func(*outcome) error) outcome {
	if o.err != nil {
		return o
	}
	if o.Document.Document, o.err = o.Decode(); o.err != nil {
		return o
	}
	if d.at != "" {
		o.Now = d.at
	}
	if d.from.procedure != "" {
		o.Procedure = d.from.procedure
	}
	o.found.Document, o.found.Facts = o.Name, o.Document.Document
	if err := decide(&o); err != nil {
		o.err = fmt.Errorf("%s: %w", printable.Line(o.Name), err)
	}
	return o
}

// A writeError is what no further document can mend.
type writeError struct{ error }

// formatted is the sink of evaluate, explain and forecast.
type formatted struct {
	put  func(outcome) error
	end  func() error
	isNo func(outcome) bool // called once it is written

	no bool
}

func (f *formatted) write(o outcome) error {
	err := f.put(o)
	if lacks := (output.DocumentError{}); errors.As(err, &lacks) {
		return fmt.Errorf("%s: %w", printable.Line(o.Name), lacks)
	} else if err != nil {
		return writeError{err}
	}
	f.no = f.isNo(o) || f.no
	return nil
}

func (*formatted) fail(string, error) error { return nil }

func (f *formatted) close() error { return f.end() }

// decisions is the sink of decisions in a format. The answer is no where mail is
// at risk.
func decisions(format output.Format[output.Checked]) *formatted {
	return &formatted{
		put:  func(o outcome) error { return format.Write(o.found) },
		end:  format.Close,
		isNo: func(o outcome) bool { return o.found.MailAtRisk },
	}
}
