// Package output writes what was found out about servers, for people and for
// programs. It draws no conclusion of its own: the policies do.
//
// [New] and [Explain] write decisions, [NewReport] what check found,
// [NewForecasts], [NewDiff], [WriteWhatIf], [NewProbe] and [WriteRules] what the
// commands of those names show. One file holds one format, such as report_csv.go.
//
// What they share: server.go has a decision beside its facts, use.go what it says
// of each connector and route, words.go and names.go the words for it, plan.go
// the plan as text; page.go and table.go lay out text, summary.go has the tables
// about many servers, and array.go writes JSON that need not fit into memory.
// Whatever text comes from documents becomes printable, in a page by itself, in
// the reports that others show by cleaned.
package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// A Format writes what was found out about servers, one after the other. Close
// writes what must wait for the last of them; it does not close the writer
// below.
type Format[T any] interface {
	Write(T) error
	Close() error
}

// Checked is what was decided for a document, what was found and what to do.
type Checked struct {
	Document string           // its name
	Facts    *gather.Document // what it holds
	*evaluate.Decision
	Findings []evaluate.Finding
	Plan     evaluate.Plan      // without actions and verdict for a format that has none of them: see NeedsPlan
	Forecast *evaluate.Forecast // nil for a report that has none of it: see NeedsForecast
	Places   []documents.Place  // where each finding is
	Ranking  []evaluate.Ranked  // of Explain
}

// NeedsForecast reports whether a format of NewReport writes what is to come.
func NeedsForecast(name string) bool { return name == "html" }

// NeedsPlan reports whether a format of New writes the plan. The others need
// nothing but the decision, which takes a fraction of the time.
func NeedsPlan(name string) bool { return name == "text" }

// A DocumentError is what Write returns where the document lacks what the
// format needs. Other documents can still be written; after any other error
// they cannot.
type DocumentError struct{ error }

// Names lists the formats that New knows, the default first.
var Names = []string{"text", "json", "ndjson", "pem"}

// New returns the format of that name. The style is that of text; the other
// formats have none.
func New(name string, w io.Writer, style Style, which Selection) (Format[Checked], error) {
	switch name {
	case "text":
		return &text{w: printable.NewWriter(w, encoding(style.Color)), style: style, which: which}, nil
	case "json", "ndjson":
		return jsonFormat[Checked]{newEncoder(w, name), which.chosen}, nil
	case "pem":
		return &pemFormat{w: printable.NewWriter(w, printable.Text), which: which}, nil
	}
	return nil, unknownFormat(name, Names)
}

func unknownFormat(name string, expected []string) error {
	return fmt.Errorf("unknown output format %q: expected one of %s", name, strings.Join(expected, ", "))
}
