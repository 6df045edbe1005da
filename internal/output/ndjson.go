package output

import (
	"encoding/json"
	"io"
)

// newNDJSON writes one decision a line.
func newNDJSON(w io.Writer, which Selection) jsonFormat {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // no browser reads it, and people search for what they see
	return jsonFormat{encoder, which}
}
