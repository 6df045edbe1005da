package collect

import (
	"cmp"
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
	return Documents(docs).known(), err
}

// Documents are what was read before about one server or more.
type Documents []*gather.Document

// Gather implements Source. Without a name, it uses the first document.
func (d Documents) Gather(ctx context.Context, server string, doc *gather.Document) error {
	return d.known().Gather(ctx, cmp.Or(server, d[0].Server), doc)
}

// All implements Source.
func (d Documents) All(context.Context) (Known, error) { return d.known(), nil }

func (d Documents) known() Known {
	known := Known{}
	byName := map[string]*gather.Document{}
	for _, doc := range d {
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
