//go:build !js

package collect

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/directory"
)

// Directory is an Active Directory forest.
type Directory struct {
	directory.Gatherer
	Answered func() // called after the directory has returned all servers or failed; can be nil
}

// Gather implements Source.
func (d Directory) Gather(ctx context.Context, server string, doc *gather.Document) error {
	if server == "" {
		return ErrNoServer
	}
	d.Server = server
	return d.Gatherer.Gather(ctx, doc)
}

// All implements Source. It withholds the directory's reports about a server
// until that server's document is complete.
func (d Directory) All(ctx context.Context) (Known, error) {
	var sentences []string
	report := d.Report
	d.Report = func(sentence string) { sentences = append(sentences, sentence) }
	docs, err := d.Gatherer.All(ctx)
	if d.Answered != nil {
		d.Answered()
	}
	held := map[string][]string{}
	named := map[string]bool{} // the number of servers is not bounded
	for _, doc := range docs {
		named[doc.Server] = true
	}
	for _, sentence := range sentences {
		server, _, _ := strings.Cut(sentence, ": ")
		if named[server] {
			held[strings.ToLower(server)] = append(held[strings.ToLower(server)], sentence)
		} else {
			report(sentence)
		}
	}
	known := Documents(docs).known()
	known.Done = func(server string, doc *gather.Document) {
		for _, sentence := range held[strings.ToLower(server)] {
			if !namesCertificateOf(doc, sentence) {
				report(sentence)
			}
		}
	}
	return known, err
}

var thumbprint = regexp.MustCompile(`\b[0-9A-F]{40}\b`)

// namesCertificateOf reports whether a sentence is about a certificate that the
// document has from another source. The directory holds a copy of one
// certificate of each server; what it lacks about that certificate need not be
// reported.
func namesCertificateOf(doc *gather.Document, sentence string) bool {
	named := thumbprint.FindString(sentence)
	return doc != nil && slices.ContainsFunc(doc.Certificates, func(c gather.Certificate) bool { return c.Thumbprint == named })
}
