package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// A Report writes what the compliance rules found, one document after the
// other. Close writes what must wait for the last of them; it does not close
// the writer below. After an error nothing more can be written.
type Report interface {
	Add(Checked) error
	// Fail takes a document of which nothing could be found out, or, with
	// WholeRun as its name, the reason why the run did not come to its end.
	Fail(document string, why error) error
	Close() error
}

// WholeRun stands for a document where what failed is the run.
const WholeRun = "transportcert check"

// ReportOptions say how a report is written.
type ReportOptions struct {
	Rules   []evaluate.Rule
	FailOn  FailOn
	Style          // of text; the other formats have none
	Version string // of this program

	Baseline *baseline.Baseline // with which the findings were marked; nil: none
}

// Reports lists the formats that NewReport knows, the default first.
var Reports = []string{"text", "json", "junit", "sarif", "codequality", "github", "azure", "html", "prometheus", "csv", "plan"}

// NewReport returns the report of that name.
func NewReport(name string, w io.Writer, options ReportOptions) (Report, error) {
	switch name {
	case "text":
		return &textReport{w: printable.NewWriter(w, encoding(options.Color)), options: options}, nil
	case "json":
		return &jsonReport{jsonServers: newJSONServers(w), baseline: options.Baseline}, nil
	case "junit":
		return cleaned{&junitReport{w: printable.NewWriter(w, printable.XML), rules: options.Rules, failOn: options.FailOn}}, nil
	case "sarif":
		return cleaned{newSARIF(printable.NewWriter(w, printable.JSON), options)}, nil
	case "codequality":
		return cleaned{newCodeQuality(printable.NewWriter(w, printable.JSON))}, nil
	case "github":
		return cleaned{&annotations{w: printable.NewWriter(w, printable.Commands), line: githubLine, open: "::group::", close: "::endgroup::"}}, nil
	case "azure":
		return cleaned{&annotations{w: printable.NewWriter(w, printable.Commands), line: azureLine, open: "##[group]", close: "##[endgroup]"}}, nil
	case "html":
		return cleaned{newHTML(printable.NewWriter(w, printable.XML), options)}, nil
	case "csv":
		return newCSV(w), nil
	case "plan":
		return newPlanReport(w, options.Version), nil
	case "prometheus":
		return newPrometheus(printable.NewWriter(w, printable.Text)), nil
	}
	return nil, unknownFormat(name, Reports)
}

func encoding(color bool) printable.Encoding {
	if color {
		return printable.Colored
	}
	return printable.Text
}

// A cleaned report is one that people read somewhere else: what it is given is
// made printable before it is encoded. File names stay, since some have an
// encoding of their own.
type cleaned struct{ Report }

func (r cleaned) Add(c Checked) error {
	clean := printed(c)
	clean.Document, clean.Places = c.Document, c.Places
	return r.Report.Add(clean)
}

func (r cleaned) Fail(document string, why error) error {
	return r.Report.Fail(document, printable.Error(why))
}

// FailOn is the least severity that fails a gate: error, warning or none.
type FailOn string

// FailOns lists the values of FailOn, the default first.
var FailOns = []string{"error", "warning", "none"}

// Fails says whether a finding fails the gate. Info, what a waiver suppresses
// and what is in the baseline never do.
func (f FailOn) Fails(finding evaluate.Finding) bool {
	return finding.Suppressed == nil && !known(finding) &&
		(finding.Severity == "error" && f != "none" || finding.Severity == "warning" && f == "warning")
}

// known reports whether a finding was there in the baseline.
func known(finding evaluate.Finding) bool { return finding.BaselineState == baseline.Unchanged }

// counts says how many findings there are of each severity; a suppressed one and
// a known one count as such only.
type counts struct {
	Errors     int `json:"error"`
	Warnings   int `json:"warning"`
	Infos      int `json:"info"`
	Suppressed int `json:"suppressed"`
	Known      int `json:"known,omitempty"` // in the baseline
}

func (c *counts) add(finding evaluate.Finding) {
	switch {
	case finding.Suppressed != nil:
		c.Suppressed++
	case known(finding):
		c.Known++
	case finding.Severity == "error":
		c.Errors++
	case finding.Severity == "warning":
		c.Warnings++
	default:
		c.Infos++
	}
}

// totals are what a report says of all servers.
type totals struct {
	servers, clean, unread int
	counts
}

func (t *totals) add(findings []evaluate.Finding) {
	t.servers++
	if len(findings) == 0 {
		t.clean++
	}
	for _, finding := range findings {
		t.counts.add(finding)
	}
}

// words says how many servers were checked, and what was found.
func (t totals) words() string {
	words := count(t.servers, "server", "servers") + " checked"
	if t.clean > 0 && t.clean < t.servers {
		words += fmt.Sprintf(", %d without a finding", t.clean)
	}
	if t.unread > 0 {
		words += ", " + count(t.unread, "document", "documents") + " not checked because of an error"
	}
	if t.servers > 0 || t.unread == 0 {
		words += ": " + t.counts.words()
	}
	return words
}

// words lists what there is.
func (c counts) words() string {
	var words []string
	if c.Errors > 0 {
		words = append(words, count(c.Errors, "error", "errors"))
	}
	if c.Warnings > 0 {
		words = append(words, count(c.Warnings, "warning", "warnings"))
	}
	if c.Infos > 0 {
		words = append(words, fmt.Sprintf("%d info", c.Infos))
	}
	if c.Suppressed > 0 {
		words = append(words, fmt.Sprintf("%d suppressed", c.Suppressed))
	}
	if c.Known > 0 {
		words = append(words, fmt.Sprintf("%d known", c.Known))
	}
	if words == nil {
		return "nothing found"
	}
	return list(words)
}

// waiver says why a finding does not count, and until when.
func waiver(suppressed *evaluate.Suppression) string {
	if suppressed.In != "" {
		return fmt.Sprintf("%s (until %s, by a waiver in %s)", suppressed.Reason, suppressed.Expires, suppressed.In)
	}
	return fmt.Sprintf("%s (until %s)", suppressed.Reason, suppressed.Expires)
}

// advice is what was found and what to do about it, in lines.
func advice(finding evaluate.Finding) string {
	return strings.TrimSpace(finding.Message + "\n" + finding.Remediation)
}

// headline names a rule; one of an organization's own can lack a title.
func headline(id, title string) string {
	if title == id {
		return id
	}
	return id + " " + title
}

// where says where a finding is: the file and its line, as compilers do, and
// the JSON path.
func where(place documents.Place, finding evaluate.Finding) string {
	words := printable.Line(place.File)
	if place.Line > 0 {
		words += fmt.Sprintf(":%d", place.Line)
	}
	if finding.Path != "" {
		words += ", " + finding.Path
	}
	return words
}
