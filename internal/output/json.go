package output

import (
	"encoding/json"
	"io"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// jsonFormat writes decisions as JSON, each with one write.
type jsonFormat struct {
	encoder *json.Encoder
	which   Selection
}

// newJSON writes each decision indented.
func newJSON(w io.Writer, which Selection) Format {
	f := newNDJSON(w, which)
	f.encoder.SetIndent("", "  ")
	return f
}

func (f jsonFormat) Write(document *gather.Document, decision *evaluate.Decision) error {
	_, decision, err := f.which.narrowed(document, decision)
	if err != nil {
		return err
	}
	return f.encoder.Encode(f.which.chosen(decision))
}

func (jsonFormat) Close() error { return nil }
