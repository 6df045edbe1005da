package output

import (
	"encoding/json"
	"io"

	"github.com/transportcert/transportcert/internal/printable"
)

// jsonFormat writes the JSON of each value with one write.
type jsonFormat[T any] struct {
	encoder *json.Encoder
	chosen  func(T) (any, error) // what is written of a value; nil: all
}

func (f jsonFormat[T]) Write(value T) error {
	if f.chosen == nil {
		return f.encoder.Encode(value)
	}
	chosen, err := f.chosen(value)
	if err != nil {
		return err
	}
	return f.encoder.Encode(chosen)
}

func (jsonFormat[T]) Close() error { return nil }

// newEncoder returns an encoder to w; the format is json, which is indented, or
// ndjson.
func newEncoder(w io.Writer, format string) *json.Encoder {
	encoder := unescaped(printable.NewWriter(w, printable.JSON))
	if format == "json" {
		encoder.SetIndent("", "  ")
	}
	return encoder
}

// unescaped returns an encoder of JSON that no browser reads, and in which people
// search for what they see.
func unescaped(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder
}
