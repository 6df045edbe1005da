package output

import "io"

// newNDJSON writes one decision a line.
func newNDJSON(w io.Writer, which Selection) jsonFormat {
	return jsonFormat{newEncoder(w), which}
}
