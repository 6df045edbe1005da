package main

import (
	"io"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/replace"
	"github.com/transportcert/transportcert/internal/spool"
)

// A target is where a report goes: FORMAT or FORMAT=FILE on the command line.
type target struct{ format, file string }

func (t target) sameAs(other target) bool {
	if t.file == "" || other.file == "" {
		return t.file == other.file
	}
	return replace.Same(t.file, other.file)
}

func parseTargets(outputs []string) ([]target, error) {
	var targets []target
	for _, text := range outputs {
		format, file, toFile := strings.Cut(text, "=")
		next := target{format, file}
		switch other := slices.IndexFunc(targets, next.sameAs); {
		case !slices.Contains(output.Reports, format):
			return nil, usagef("unknown output format %q: expected one of %s", format, strings.Join(output.Reports, ", "))
		case toFile && file == "":
			return nil, usagef("--output: expected FORMAT=FILE, found %q", text)
		case other >= 0 && file == "":
			return nil, usagef("--output: expected one format on standard output, found %s and %s; the others need %[2]s=FILE", targets[other].format, format)
		case other >= 0 && targets[other].file == file:
			return nil, usagef("--output: expected each file once, found %s twice", file)
		case other >= 0:
			return nil, usagef("--output: expected each file once, and %s is %s", file, targets[other].file)
		}
		targets = append(targets, next)
	}
	return targets, nil
}

// reports are what is written about one run.
type reports []openReport

// An openReport collects what goes into a file until it is whole.
type openReport struct {
	output.Report
	file string
	text *spool.Spool
}

func openReports(targets []target, stdout io.Writer, options output.ReportOptions) (reports, error) {
	var all reports
	for _, t := range targets {
		open := openReport{file: t.file}
		w, options := stdout, options
		if t.file != "" {
			open.text = &spool.Spool{}
			w, options.Color = open.text, false
		}
		var err error
		if open.Report, err = output.NewReport(t.format, w, options); err != nil {
			return nil, usageError{err}
		}
		all = append(all, open)
	}
	return all, nil
}

// close ends the reports. A file is written whole or not at all.
func (r reports) close(stderr io.Writer) error {
	for _, open := range r {
		if err := open.Close(); err != nil {
			return err
		}
		if open.file == "" {
			continue
		}
		if err := replace.File(open.file, open.text); err != nil {
			return err
		}
		noteSuccess(stderr, open.file+": written")
	}
	return nil
}
