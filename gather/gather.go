// Package gather collects the facts that decide which certificate an Exchange
// server uses for TLS, and defines the document that contains them.
//
// A [Document] has sections such as connectors, directory, host and
// certificates. The packages below this one have gatherers, each for one kind of
// source. A gatherer fills one or more sections, leaves the others unchanged, and
// records the source in Document.Sources. Its errors name the file or host, the
// place in it and what was expected; the document must not be used after an error.
// Gatherers run one after the other on the same document. If two of them fill the
// same section, the later one replaces it.
//
// This package decides nothing: package evaluate does, with the policies.
package gather

import (
	"fmt"

	"github.com/transportcert/transportcert/internal/printable"
)

// A Report receives a sentence for everything that a gatherer skipped or could
// not read.
type Report func(sentence string)

// Sentence reports a formatted sentence, unless r is nil.
func (r Report) Sentence(format string, args ...any) {
	if r != nil {
		r(printable.Message(printable.Line(fmt.Sprintf(format, args...))))
	}
}
