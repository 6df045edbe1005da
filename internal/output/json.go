package output

import (
	"encoding/json"
	"io"
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

func (f jsonFormat) Write(c Checked) error {
	_, decision, err := f.which.narrowed(c.Facts, c.Decision)
	if err != nil {
		return err
	}
	return f.encoder.Encode(f.which.chosen(decision))
}

func (jsonFormat) Close() error { return nil }

// newEncoder returns an encoder of JSON that no browser reads, and in which people
// search for what they see.
func newEncoder(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder
}

// encoded writes each value as JSON by itself.
type encoded[T any] struct{ encoder *json.Encoder }

func (e encoded[T]) Write(value T) error { return e.encoder.Encode(value) }

func (encoded[T]) Close() error { return nil }
