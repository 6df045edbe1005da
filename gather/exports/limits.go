package exports

import (
	"context"
	"fmt"
	"io"
)

// What a folder may hold. The limits are far above what an organisation
// exports: five connectors are 320 kB with 2,000 elements, 10 inside one
// another; a certificate with two IIS sites is 30 records, 3 inside one
// another, of classes with at most 8 members.
const (
	maxFiles    = 1000      // files in the folder
	maxBytes    = 256 << 20 // bytes of all its CLIXML files
	maxElements = 2_000_000 // XML elements of all its CLIXML files
	maxDepth    = 64        // XML elements inside one another

	maxRecords     = 10_000 // records of one .NET stream
	maxRecordDepth = 32     // records inside one another
	maxMembers     = 100    // members of one .NET class
)

// budget is what is left of the limits that hold for all files together.
type budget struct{ bytes, elements int }

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
		return 0, fmt.Errorf("expected at most %d bytes of CLIXML in all files together", maxBytes)
	}
	return n, err
}
