package exports

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
)

// Limits bounds what a folder or a zip file may hold. A field that is 0 stands for the limit
// that WithDefaults puts there.
type Limits struct {
	Files    int // files and folders
	Bytes    int // bytes of a zip file, and of all CLIXML files
	Elements int // XML elements of all CLIXML files, with two attributes each
	Depth    int // XML elements inside one another
	Records  int // records of one .NET stream
}

// WithDefaults returns the limits with none of them 0. The defaults are far
// above what an organisation exports: five connectors are 320 kB with 2,000
// elements, 10 inside one another; a certificate with two IIS sites is 30
// records.
func (l Limits) WithDefaults() Limits {
	return Limits{
		Files:    cmp.Or(l.Files, 10_000),
		Bytes:    cmp.Or(l.Bytes, 256<<20),
		Elements: cmp.Or(l.Elements, 2_000_000),
		Depth:    cmp.Or(l.Depth, 64),
		Records:  cmp.Or(l.Records, 10_000),
	}
}

// What no certificate comes near: one with two IIS sites has records 3 inside
// one another, of classes with at most 8 members.
const (
	maxRecordDepth = 32  // records inside one another
	maxMembers     = 100 // members of one .NET class
)

// budget is what is left of the limits that hold for all files together.
type budget struct {
	limits                      Limits
	bytes, elements, attributes int

	lost, lostLine int // texts of a file with a character that is lost, and the line of the first
}

func newBudget(limits Limits) *budget {
	return &budget{limits: limits, bytes: limits.Bytes, elements: limits.Elements, attributes: 2 * limits.Elements}
}

// spent says whether there is no reading any further file.
func (b *budget) spent(ctx context.Context) bool {
	return ctx.Err() != nil || b.bytes < 0 || b.elements < 0 || b.attributes < 0
}

// A boundedReader reads no more than the budget has, and nothing once the
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
	// The XML package holds all attributes of an element before it is seen. An
	// equals sign stands before the value of each; others end base64.
	if r.budget.attributes -= bytes.Count(p[:n], []byte("=")); r.budget.attributes < 0 {
		return 0, fmt.Errorf("expected at most %d attributes in all files together", 2*r.budget.limits.Elements)
	}
	return n, err
}
