package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/progress"
)

// A layer is what one source has for each server; nil: nothing for that one.
type layer func(server string) gather.Gatherer

// A survey is a gathering for every server that its sources know.
type survey struct {
	*gathering
	servers []string // sorted
	layers  []layer  // as on the command line
	held    map[string][]string
}

// all gathers for every server. The error of one server keeps none of the
// others back.
func (r *gathering) all(yield func(documents.Document, error) bool) {
	s := survey{gathering: r, held: map[string][]string{}}
	if err := s.load(); err != nil {
		yield(documents.Document{}, err)
		return
	}
	untrusted, unserviced := 0, 0
	for _, server := range s.servers {
		if r.ctx.Err() != nil {
			return
		}
		document, err := s.document(server)
		s.release(server, document)
		if err == nil && document.UnknownTrust() > 0 {
			untrusted++
		}
		if err == nil && unknownServices(document) != "" {
			unserviced++
		}
		if !yield(documents.Document{Name: server, Document: document}, err) {
			return
		}
	}
	if untrusted > 0 {
		text := fmt.Sprintf("%d of %d servers have certificates whose trust is unknown", untrusted, len(s.servers))
		if len(r.roots) == 0 && !r.systemRoots {
			text += ": pass --roots FILE or --system-roots"
		}
		r.note(text)
	}
	if unserviced > 0 {
		r.note(fmt.Sprintf("of %d of %d servers, no certificate's services are known: a services.json beside the files tells", unserviced, len(s.servers)))
	}
}

// load asks every source once.
func (s *survey) load() error {
	names := map[string]bool{}
	brought := func(docs []*gather.Document) layer {
		byName := map[string]*gather.Document{}
		for _, doc := range docs {
			key := strings.ToLower(doc.Server)
			byName[key] = doc
			if !names[key] {
				names[key] = true
				s.servers = append(s.servers, doc.Server)
			}
		}
		return func(server string) gather.Gatherer {
			if doc := byName[strings.ToLower(server)]; doc != nil {
				return laid{doc}
			}
			return nil
		}
	}
	for _, source := range s.order {
		var docs []*gather.Document
		var err error
		switch source := source.(type) {
		case exportsSource:
			docs, err = exports.Gatherer{Dir: string(source), Except: s.sources.facts, Limits: s.limits.exports, Report: s.note}.All(s.ctx)
		case directorySource:
			docs, err = s.ask(source)
		case storeSource:
			var folders map[string][]string
			folders, err = source.folders(s.gathering)
			s.layers = append(s.layers, s.stores(folders))
			defer func() { s.noteStrangers(folders, names) }() // when all servers are known
		}
		if err != nil {
			return err
		}
		if docs != nil {
			s.layers = append(s.layers, brought(docs))
		}
	}
	slices.Sort(s.servers)
	return nil
}

// ask asks a directory. What it notes of single servers is held back until
// their documents are there.
func (s *survey) ask(source directorySource) ([]*gather.Document, error) {
	var said []string
	g := source.directory(s.gathering, "", func(sentence string) { said = append(said, sentence) })
	bar := progress.New(s.command.ErrOrStderr())
	g.Progress = func(entries int) { bar.Set("entries of the directory", entries, -1) }
	docs, err := g.All(s.ctx)
	bar.Clear()
	for _, sentence := range said {
		server, _, _ := strings.Cut(sentence, ": ")
		if slices.ContainsFunc(docs, func(d *gather.Document) bool { return d.Server == server }) {
			s.held[server] = append(s.held[server], sentence)
		} else {
			s.note(sentence)
		}
	}
	return docs, err
}

var thumbprintPattern = regexp.MustCompile(`\b[0-9A-F]{40}\b`)

// release lets out what a directory noted of a server, but for what it says of
// certificates that the document has: the directory holds one for each server.
func (s *survey) release(server string, document *gather.Document) {
	for _, sentence := range s.held[server] {
		named := thumbprintPattern.FindString(sentence)
		if document == nil || !slices.ContainsFunc(document.Certificates, func(c gather.Certificate) bool { return c.Thumbprint == named }) {
			s.note(sentence)
		}
	}
}

// stores is the layer of a folder for each server.
func (s *survey) stores(folders map[string][]string) layer {
	return func(server string) gather.Gatherer {
		if paths := folders[strings.ToLower(fileName(server))]; paths != nil {
			return storeSource(paths).gatherer(s.gathering, server)
		}
		return nil
	}
}

// noteStrangers notes folders that no server is named like.
func (s *survey) noteStrangers(folders map[string][]string, names map[string]bool) {
	known := map[string]bool{}
	for name := range names {
		known[strings.ToLower(fileName(name))] = true
	}
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		if !known[name] {
			s.note("left out, no server is named like it: " + strings.Join(folders[name], ", "))
		}
	}
}

// laid is a document that is laid over another.
type laid struct{ *gather.Document }

func (l laid) Gather(_ context.Context, doc *gather.Document) error {
	doc.Overlay(l.Document)
	return nil
}

// document makes the document of one server.
func (s *survey) document(server string) (*gather.Document, error) {
	doc := &gather.Document{SchemaVersion: gather.Version, Server: server}
	for _, layer := range s.layers {
		if g := layer(server); g != nil {
			if err := g.Gather(s.ctx, doc); err != nil {
				return nil, fmt.Errorf("%s: %w", server, err)
			}
		}
	}
	err := s.finish(doc)
	if missing := (missingError{}); errors.As(err, &missing) {
		err = s.lacking(server, missing)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", server, err)
	}
	return doc, nil
}

// lacking says on one line what a server lacks.
func (s *survey) lacking(server string, missing missingError) error {
	text := "nobody supplied " + strings.Join(missing.sections, ", ")
	if slices.Contains(missing.sections, "certificates") {
		for _, source := range s.order {
			if paths, ok := source.(storeSource); ok {
				text += "; there is no folder " + filepath.Join(paths[0], fileName(server))
			}
		}
	}
	return errors.New(text)
}
