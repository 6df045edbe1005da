package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/probe"
)

// A ProbeFormat writes what servers answered, one after the other. Close writes
// what must wait for the last of them.
type ProbeFormat interface {
	Write(*probe.Result) error
	Close() error
}

// ProbeFormats lists the formats that NewProbe knows, the default first.
var ProbeFormats = []string{"text", "json", "ndjson", "prometheus"}

// NewProbe returns the format of that name.
func NewProbe(name string, w io.Writer, style Style) (ProbeFormat, error) {
	switch name {
	case "text":
		return &probeText{newPages(w, style)}, nil
	case "json":
		return &probeJSON{w: printable.NewWriter(w, printable.JSON), all: array{indent: "  "}}, nil
	case "ndjson":
		return encoded[*probe.Result]{newEncoder(printable.NewWriter(w, printable.JSON))}, nil
	case "prometheus":
		return &probeMetrics{printable.NewWriter(w, printable.Text), gauges{}}, nil
	}
	return nil, fmt.Errorf("unknown output format %q: expected one of %s", name, strings.Join(ProbeFormats, ", "))
}

// probeJSON is one array with all results.
type probeJSON struct {
	w   io.Writer
	all array
}

func (f *probeJSON) Write(r *probe.Result) error { return f.all.add(r) }

func (f *probeJSON) Close() error { return f.all.writeAlone(f.w) }
