package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
)

// A deciding is what evaluate and explain have in common: which documents,
// which policies, for which time, and what happens where one of them is bad.
type deciding struct {
	from      sources
	policies  policyFlags
	at        string
	color     string
	keepGoing bool
}

func (d *deciding) addFlags(command *cobra.Command) {
	d.from.addFlags(command)
	d.policies.addFlags(command)
	flags := command.Flags()
	flags.StringVar(&d.at, "at", "", "decide for this `TIME`, YYYY-MM-DDThh:mm:ssZ, in place of the document's now")
	flags.StringVar(&d.color, "color", "auto", "colour text `WHEN`: auto (on a terminal), always or never")
	flags.BoolVar(&d.keepGoing, "keep-going", true, "go on to the other documents after a bad one")
	_ = command.RegisterFlagCompletionFunc("color", cobra.FixedCompletions([]string{"auto", "always", "never"}, cobra.ShellCompDirectiveNoFileComp))
}

// check finds out what is wrong with the flags before anything is read.
func (d *deciding) check() error {
	// Parse takes fractions of seconds too; the policies compare text.
	if t, err := time.Parse(gather.TimeFormat, d.at); d.at != "" && (err != nil || t.Format(gather.TimeFormat) != d.at) {
		return usagef("--at: expected a time in UTC, YYYY-MM-DDThh:mm:ssZ, found %q", d.at)
	}
	if d.color != "auto" && d.color != "always" && d.color != "never" {
		return usagef("--color: expected auto, always or never, found %q", d.color)
	}
	return d.policies.check()
}

// colors says whether stdout takes colours (https://no-color.org).
func (d *deciding) colors(command *cobra.Command) bool {
	file, ok := command.OutOrStdout().(*os.File)
	return d.colorsOn(ok && term.IsTerminal(int(file.Fd())), os.Getenv)
}

func (d *deciding) colorsOn(terminal bool, getenv func(string) string) bool {
	if d.color != "auto" {
		return d.color == "always"
	}
	return terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// run decides for the documents one after the other. seen is called with each
// decision once it is written.
func (d *deciding) run(command *cobra.Command, paths []string, format output.Format, seen func(*evaluate.Decision)) error {
	all, err := d.from.documents(command, paths)
	if err != nil {
		return err
	}
	evaluator, err := d.policies.evaluator(command.Context(), command.ErrOrStderr())
	if err != nil {
		return err
	}
	decided, failed := 0, false
	for document, err := range all {
		if command.Context().Err() != nil {
			break
		}
		if err == nil {
			err = d.decide(command, evaluator, document, format, seen)
		}
		if err == nil {
			decided++
			continue
		}
		if broken := (writeError{}); errors.As(err, &broken) {
			return broken.error
		}
		if command.Context().Err() != nil {
			break
		}
		report(command.ErrOrStderr(), err)
		if failed = true; !d.keepGoing {
			break
		}
	}
	if err := format.Close(); err != nil {
		return err
	}
	switch {
	case command.Context().Err() != nil:
		return fmt.Errorf("interrupted; decisions written: %d", decided)
	case failed:
		return errReported
	}
	return nil
}

// A writeError is what no further document can mend.
type writeError struct{ error }

func (d *deciding) decide(command *cobra.Command, evaluator *evaluate.Evaluator, document documents.Document, format output.Format, seen func(*evaluate.Decision)) error {
	if d.at != "" {
		document.Now = d.at
	}
	decision, err := evaluator.Evaluate(command.Context(), document.Document)
	if err != nil {
		return fmt.Errorf("%s: %w", document.Name, err)
	}
	err = format.Write(document.Document, decision)
	if lacks := (output.DocumentError{}); errors.As(err, &lacks) {
		return fmt.Errorf("%s: %w", document.Name, lacks)
	} else if err != nil {
		return writeError{err}
	}
	seen(decision)
	return nil
}
