// Package output writes decisions: for people, for programs, and the
// certificate itself. One file holds one format.
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
