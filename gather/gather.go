// Package gather collects the facts that decide which certificate an Exchange
// server serves on X-ANONYMOUSTLS, and holds the document that they make up.
//
// A [Document] has four sections: connectors, directory, host and
// certificates. A [Gatherer] fills one or more of them from one kind of
// source and notes in Document.Sources where it found them. Gatherers run one
// after the other over the same document; where two fill the same section,
// the later one wins and replaces the section whole.
//
// Nothing here decides anything: package evaluate does, with the policies.
package gather

import "context"

// A Gatherer fills sections of a document from one source. What it does not
// know it leaves as it was. An error names the file or host, the place in it
// and what was expected; the document is then of no use.
type Gatherer interface {
	Gather(ctx context.Context, doc *Document) error
}

// A Report receives, one sentence at a time, what a gatherer left out or could
// not read, so that nothing is lost without a word.
type Report func(sentence string)
