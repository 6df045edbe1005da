// Package gather collects the facts that decide which certificate an Exchange
// server uses for TLS, and defines the document that contains them.
//
// A [Document] has sections such as connectors, directory, host and
// certificates. A [Gatherer] fills one or more of them from one kind of source
// and records the source in Document.Sources. Gatherers run one after the other
// on the same document. If two of them fill the same section, the later one
// replaces it.
//
// This package decides nothing: package evaluate does, with the policies.
package gather

import (
	"context"
	"fmt"

	"github.com/transportcert/transportcert/internal/printable"
)

// A Gatherer fills sections of a document from one source and leaves the other
// sections unchanged. An error names the file or host, the place in it and what
// was expected; the document must not be used after an error.
type Gatherer interface {
	Gather(ctx context.Context, doc *Document) error
}

// A Report receives a sentence for everything that a gatherer skipped or could
// not read.
type Report func(sentence string)

// Sentence reports a formatted sentence, unless r is nil.
func (r Report) Sentence(format string, args ...any) {
	if r != nil {
		r(printable.Message(printable.Line(fmt.Sprintf(format, args...))))
	}
}
