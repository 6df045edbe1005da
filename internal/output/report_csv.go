package output

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// csvReport is a table for spreadsheets, as RFC 4180 has it: a finding a row,
// and one for each document that could not be checked.
type csvReport struct {
	w     *csv.Writer
	begun bool
}

func newCSV(w io.Writer) *csvReport {
	table := csv.NewWriter(w) // ends lines with CR LF, which a printable.Writer would escape
	table.UseCRLF = true
	return &csvReport{w: table}
}

var csvHeader = []string{"server", "severity", "rule_id", "title", "message", "certificate", "connector", "action", "suppressed", "baseline_state", "document", "line", "path"}

func (r *csvReport) Add(c Checked) error {
	for i, finding := range c.Findings {
		suppressed := ""
		if finding.Suppressed != nil {
			suppressed = waiver(finding.Suppressed)
		}
		if err := r.row(finding, suppressed, c.Places[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *csvReport) row(finding evaluate.Finding, suppressed string, place documents.Place) error {
	line := ""
	if place.Line > 0 {
		line = fmt.Sprint(place.Line)
	}
	return r.write(finding.Server, finding.Severity, finding.RuleID, finding.Title, finding.Message, orEmpty(finding.Thumbprint),
		orEmpty(finding.Connector), orEmpty(finding.Action), suppressed, finding.BaselineState, place.File, line, finding.Path)
}

func (r *csvReport) write(cells ...string) error {
	if !r.begun {
		r.begun = true
		if err := r.w.Write(csvHeader); err != nil {
			return err
		}
	}
	for i, cell := range cells {
		cells[i] = formula.ReplaceAllString(printable.Harmless(printable.Line(cell)), "$1'$2")
	}
	return r.w.Write(cells)
}

// formula finds what a spreadsheet takes for the start of a formula. Where a
// semicolon separates cells, one can begin behind it too.
var formula = regexp.MustCompile(`(^|;)(\s*[=+\-@＝＋－＠])`)

func (r *csvReport) Fail(document string, why error) error {
	return r.write("", "error", "", "The check failed", why.Error(), "", "", "", "", "", document, "", "")
}

func (r *csvReport) Close() error {
	if !r.begun {
		if err := r.w.Write(csvHeader); err != nil {
			return err
		}
	}
	r.w.Flush()
	return r.w.Error()
}
