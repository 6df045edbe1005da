package exports

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
)

// Limits restricts what a folder or a zip file may contain. WithDefaults replaces a field
// that is 0 by its default.
type Limits struct {
	Files    int // files and folders
	Bytes    int // bytes of a zip file, and of all CLIXML files
	Elements int // XML elements of all CLIXML files, with two attributes each
	Depth    int // nesting of XML elements
	Records  int // records of one .NET stream
}

// WithDefaults returns the limits with a default for each field that is 0. The
// defaults are far above real exports: five connectors take 320 kB and 2,000
// elements nested 10 deep; a certificate with two IIS sites takes 30 records.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Files:    cmp.Or(l.Files, 10_000),
		Bytes:    cmp.Or(l.Bytes, 256<<20),
		Elements: cmp.Or(l.Elements, 2_000_000),
		Depth:    cmp.Or(l.Depth, 64),
		Records:  cmp.Or(l.Records, 10_000),
	}
}

// Limits far above those of real certificates: one with two IIS sites has
// records nested 3 deep, of classes with at most 8 members.
const (
	maxRecordDepth = 32  // nesting of records
	maxMembers     = 100 // members of one .NET class
)

// budget is what remains of the limits that apply to all files together.
type budget struct {
	limits                      Limits
	bytes, elements, attributes int

	replaced, replacedLine int // texts of a file with a replacement character, and the line of the first
}

func newBudget(limits Limits) *budget {
	return &budget{limits: limits, bytes: limits.Bytes, elements: limits.Elements, attributes: 2 * limits.Elements}
}

// spent reports whether no further file can be read.
func (b *budget) spent(ctx context.Context) bool {
	return ctx.Err() != nil || b.bytes < 0 || b.elements < 0 || b.attributes < 0
}

// A boundedReader reads no more than the budget allows, and nothing after the
// context is done.
type boundedReader struct {
	ctx    context.Context
	in     io.Reader
	budget *budget
}

func (r *boundedReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.in.Read(p)
	if r.budget.bytes -= n; r.budget.bytes < 0 {
		return 0, fmt.Errorf("expected at most %d bytes of CLIXML in all files together", r.budget.limits.Bytes)
	}
	// The XML package stores all attributes of an element before it returns the
	// element. An equals sign precedes each value; others end base64.
	if r.budget.attributes -= bytes.Count(p[:n], []byte("=")); r.budget.attributes < 0 {
		return 0, fmt.Errorf("expected at most %d attributes in all files together", 2*r.budget.limits.Elements)
	}
	return n, err
}
