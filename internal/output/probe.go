package output

import (
	"io"

	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/probe"
)

// ProbeFormats lists the formats that NewProbe knows, the default first.
var ProbeFormats = []string{"text", "json", "ndjson", "prometheus"}

// NewProbe returns the format of that name of what servers answered.
func NewProbe(name string, w io.Writer, style Style) (Format[*probe.Result], error) {
	switch name {
	case "text":
		return newPages(w, style, (*page).probed), nil
	case "json":
		return &probeJSON{w: printable.NewWriter(w, printable.JSON), all: array{indent: "  "}}, nil
	case "ndjson":
		return jsonFormat[*probe.Result]{encoder: newEncoder(w, name)}, nil
	case "prometheus":
		return &probeMetrics{printable.NewWriter(w, printable.Text), gauges{}}, nil
	}
	return nil, unknownFormat(name, ProbeFormats)
}

// probeJSON is one array with all results.
type probeJSON struct {
	w   io.Writer
	all array
}

func (f *probeJSON) Write(r *probe.Result) error { return f.all.add(r) }

func (f *probeJSON) Close() error { return f.all.writeAlone(f.w) }
