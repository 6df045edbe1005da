package output

import (
	"encoding/json"
	"io"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// jsonFormat writes decisions as JSON, each with one write.
type jsonFormat struct{ encoder *json.Encoder }

// newJSON writes each decision indented.
func newJSON(w io.Writer) Format {
	f := newNDJSON(w)
	f.encoder.SetIndent("", "  ")
	return f
}

func (f jsonFormat) Write(_ *gather.Document, decision *evaluate.Decision) error {
	return f.encoder.Encode(decision.InboundAnonymous)
}

func (jsonFormat) Close() error { return nil }
