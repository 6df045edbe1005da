package dropped

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"

	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/printable"
)

// Write writes what was found out in a format: one of output.Reports for the
// findings; document or decision for those of the servers, one alone or one a line.
func (r *Result) Write(w io.Writer, format string) error {
	switch format {
	case "document":
		return r.writeDocuments(w)
	case "decision":
		return r.writeDecisions(w)
	}
	report, err := output.NewReport(format, w, output.ReportOptions{Rules: r.rules, FailOn: output.FailOn(output.FailOns[0]), Version: r.run.options.Version})
	if err != nil {
		return err
	}
	for _, checked := range r.checked {
		if err := report.Add(checked); err != nil {
			return err
		}
	}
	for _, failed := range r.Failed {
		if err := report.Fail(cmp.Or(failed.Document, output.WholeRun), errors.New(failed.Message)); err != nil {
			return err
		}
	}
	return report.Close()
}

func (r *Result) writeDocuments(w io.Writer) error {
	w = printable.NewWriter(w, printable.JSON)
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false) // as in Encode
	for _, checked := range r.checked {
		if len(r.checked) == 1 {
			return checked.Facts.Encode(w)
		}
		if err := lines.Encode(checked.Facts); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) writeDecisions(w io.Writer) error {
	name := "ndjson"
	if len(r.checked) == 1 {
		name = "json"
	}
	format, err := output.New(name, w, output.Style{}, output.Selection{})
	if err != nil {
		return err
	}
	for _, checked := range r.checked {
		if err := format.Write(checked); err != nil {
			return err
		}
	}
	return format.Close()
}
