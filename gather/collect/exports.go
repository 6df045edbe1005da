package collect

import (
	"context"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/exports"
)

// Exports are exports of the Exchange Management Shell, for one server or
// several.
type Exports exports.Gatherer

// Gather implements Source.
func (e Exports) Gather(ctx context.Context, server string, doc *gather.Document) error {
	e.Server = server
	return exports.Gatherer(e).Gather(ctx, doc)
}

// All implements Source.
func (e Exports) All(ctx context.Context) (Known, error) {
	docs, err := exports.Gatherer(e).All(ctx)
	return KnownFrom(docs), err
}

// KnownFrom returns what a source has if it makes the documents of all its
// servers at once.
func KnownFrom(docs []*gather.Document) Known {
	known := Known{}
	byName := map[string]*gather.Document{}
	for _, doc := range docs {
		known.Servers = append(known.Servers, doc.Server)
		byName[strings.ToLower(doc.Server)] = doc
	}
	known.Gather = func(_ context.Context, server string, doc *gather.Document) error {
		if found := byName[strings.ToLower(server)]; found != nil {
			doc.Overlay(found)
		}
		return nil
	}
	return known
}
