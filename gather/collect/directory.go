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

// Directory is an Active Directory.
type Directory struct {
	directory.Gatherer
	Answered func() // called when the directory has told about all servers, or has failed; can be nil
}

// Gather implements Source.
func (d Directory) Gather(ctx context.Context, server string, doc *gather.Document) error {
	if server == "" {
		return ErrNoServer
	}
	d.Server = server
	return d.Gatherer.Gather(ctx, doc)
}

// All implements Source. What the directory reports about single servers is
// held back until their documents are there.
func (d Directory) All(ctx context.Context) (Known, error) {
	var sentences []string
	report := d.Report
	d.Report = func(sentence string) { sentences = append(sentences, sentence) }
	docs, err := d.Gatherer.All(ctx)
	if d.Answered != nil {
		d.Answered()
	}
	held := map[string][]string{}
	named := map[string]bool{} // a directory chooses how many servers there are
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
	known := KnownFrom(docs)
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
// document has from elsewhere: the directory holds a copy of one certificate of
// each server, and what it does not know of it need not be told.
func namesCertificateOf(doc *gather.Document, sentence string) bool {
	named := thumbprint.FindString(sentence)
	return doc != nil && slices.ContainsFunc(doc.Certificates, func(c gather.Certificate) bool { return c.Thumbprint == named })
}
