package webcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/chains"
	"github.com/transportcert/transportcert/gather/collect"
	"github.com/transportcert/transportcert/gather/exports"
	"github.com/transportcert/transportcert/gather/host"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// storeFolder contains the certificate files, so that a damaged file is
// skipped, as in any folder.
const storeFolder = "certificate files"

// A run gathers documents from files.
type run struct {
	options Options
	files   fstest.MapFS
	given   []File // in order
	limits  documents.Limits
	note    gather.Report
	noted   map[string]bool
	servers int // the number of servers, as far as known

	holds map[string]map[string]int // contents of a zip file or of exports, by name, with counts
}

// words describes the sections of a document.
var words = map[string]string{
	"connectors":         "Receive connectors",
	"certificates":       "certificates",
	"directory":          "internal transport certificate",
	"host":               "names, version and roles",
	"send_connectors":    "Send connectors",
	"edge_subscriptions": "Edge subscriptions",
	"hybrid":             "hybrid configuration",
}

func (r *run) add(f File) {
	r.given = append(r.given, f)
	r.files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o400, ModTime: f.Modified}
}

// of returns the names of the files with a role.
func (r *run) of(role Role) []string {
	var names []string
	for _, f := range r.given {
		if f.Role == role {
			names = append(names, f.Name)
		}
	}
	return names
}

// documents yields the gathered documents and those among the files.
func (r *run) documents(ctx context.Context) iter.Seq2[documents.Document, error] {
	return func(yield func(documents.Document, error) bool) {
		for _, name := range r.of(Unknown) {
			r.note(printable.Line(name) + ": skipped: it is not an export of the Exchange Management Shell, a document, waivers, certificates or a registry export")
		}
		collector, err := r.collector(ctx)
		if err != nil {
			yield(documents.Document{}, err)
			return
		}
		if collector != nil {
			for document, err := range collector.Documents(ctx) {
				found := documents.Document{Document: document}
				if document != nil {
					found.Name = document.Server
				}
				if !yield(found, err) {
					return
				}
			}
		} else if rest := slices.Concat(r.of(Certificates), r.of(Roots), r.of(Registry)); len(rest) > 0 {
			r.note("skipped, because there are no exports for them: " + strings.Join(rest, ", "))
		}
		alone := r.of(Documents)
		if collector == nil {
			alone = append(alone, r.of(Facts)...) // what they lack is an error
		}
		for _, name := range alone {
			for document, err := range documents.ReadFrom(name, bytes.NewReader(r.files[name].Data), r.limits) {
				if !yield(document, err) {
					return
				}
			}
		}
	}
}

// collector returns nil if there is nothing to gather.
func (r *run) collector(ctx context.Context) (*collect.Collector, error) {
	c := &collect.Collector{Check: r.limits.Check, Report: r.note}
	var servers []string
	for _, g := range r.exports() {
		r.options.Progress("Reading "+g.Dir, 0, 0)
		source, names, err := r.parse(ctx, g)
		if err != nil {
			return nil, err
		}
		c.Sources = append(c.Sources, source)
		for _, name := range names {
			if !slices.ContainsFunc(servers, func(s string) bool { return strings.EqualFold(s, name) }) {
				servers = append(servers, name)
			}
		}
	}
	if err := r.complete(c, servers); err != nil {
		return nil, err
	}
	if len(c.Sources) == 0 {
		return nil, nil
	}
	c.All = len(servers) > 1
	r.servers = max(len(servers), 1)
	return c, nil
}

// complete adds what the exports do not contain: certificate files, roots,
// facts and cluster names.
func (r *run) complete(c *collect.Collector, servers []string) error {
	if files := r.of(Certificates); len(files) > 0 && (len(servers) > 0 || len(r.of(Facts)) > 0) {
		c.Sources = append(c.Sources, r.store(files, servers))
	}
	trust, err := r.trust()
	if err != nil {
		return err
	}
	if len(trust.Roots) > 0 {
		c.Chains = &trust
	}
	if facts := r.of(Facts); len(facts) > 1 {
		return fmt.Errorf("%s: expected one file of facts, found %d", strings.Join(facts, ", "), len(facts))
	} else if len(facts) == 1 && len(c.Sources) > 0 {
		c.FactsFile = facts[0]
		if c.Facts, err = gather.ReadFacts(r.files, facts[0]); err != nil {
			return err
		}
		if len(servers) > 1 && c.Facts.ServerSpecific() {
			return fmt.Errorf("%s: expected only facts about the organization, now, phase and procedure together with exports of several servers: everything else is about a single server", facts[0])
		}
	}
	if keys := r.of(Registry); len(keys) > 1 || len(keys) == 1 && len(servers) > 1 {
		return fmt.Errorf("%s: expected one registry export together with exports of a single server", strings.Join(keys, ", "))
	} else if len(keys) == 1 {
		c.ClusterNames = &host.RegFile{Path: keys[0], Files: r.files, Report: r.note}
	}
	return nil
}

// trust returns a Gatherer with the roots, which can have none.
func (r *run) trust() (chains.Gatherer, error) {
	roots, err := chains.ReadRoots(r.files, r.of(Roots)...)
	return chains.Gatherer{Roots: roots, Report: r.note}, err
}

// exports returns a Gatherer for each zip file, for each folder with exports,
// and for the exports outside folders.
func (r *run) exports() []exports.Gatherer {
	var all []exports.Gatherer
	loose := fstest.MapFS{}
	folders := map[string]fstest.MapFS{}
	for _, f := range r.given {
		folder, rest, inFolder := strings.Cut(f.Name, "/")
		switch {
		case f.Role == Zip:
			all = append(all, r.exportsIn(f.Name, nil))
		case f.Role == Export && !inFolder:
			loose[f.Name] = r.files[f.Name]
		case f.Role == Export:
			if folders[folder] == nil {
				folders[folder] = fstest.MapFS{}
			}
			folders[folder][rest] = r.files[f.Name]
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		all = append(all, r.exportsIn(folder, folders[folder]))
	}
	if len(loose) > 0 {
		all = append(all, r.exportsIn(".", loose))
	}
	return all
}

func (r *run) exportsIn(dir string, files fs.FS) exports.Gatherer {
	return exports.Gatherer{Dir: dir, Files: files, Report: r.note, Found: func(file, section, server string) {
		what, name := words[section], path.Join(dir, file)
		if server != "" {
			what += " of " + strings.ToUpper(server) // exports of certificates have the FQDN in lower case
		}
		if files == nil {
			what, name = file+": "+what, dir
		}
		if r.holds[name] == nil {
			r.holds[name] = map[string]int{}
		}
		r.holds[name][printable.Line(what)]++
	}}
}

// parse reads exports. If nothing in them names their server, the exports
// themselves are the source.
func (r *run) parse(ctx context.Context, g exports.Gatherer) (collect.Source, []string, error) {
	if g.Files == nil {
		data := r.files[g.Dir].Data
		files, err := exports.ReadZip(bytes.NewReader(data), int64(len(data)), g.Limits)
		if err != nil {
			return nil, nil, fmt.Errorf("exports: %s: %w", g.Dir, err)
		}
		g.Files = files
	}
	docs, err := g.All(ctx)
	if nobody := (*exports.ServerError)(nil); errors.As(err, &nobody) && len(nobody.Servers) == 0 {
		g.Found = nil
		return collect.Exports(g), nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, doc := range docs {
		names = append(names, doc.Server)
	}
	return collect.Documents(docs), names, nil
}

// store returns the certificate files as a source: of the only server, or with
// a folder for each server.
func (r *run) store(names, servers []string) collect.Source {
	files := fstest.MapFS{}
	passwords := map[string][]byte{}
	parents := []string{}
	for _, f := range r.given {
		if f.Role != Certificates && f.Role != Services {
			continue
		}
		name := path.Join(storeFolder, f.Name)
		files[name], passwords[name] = &fstest.MapFile{Data: bytes.Clone(f.Data), Mode: 0o400}, f.Password
		if parent := parentOfServer(name, servers); !slices.Contains(parents, parent) {
			parents = append(parents, parent)
		}
	}
	source := collect.Store{
		Paths: []string{storeFolder}, System: files, Report: r.note, Work: certstore.NewWork(),
		Password: func(name string) ([]byte, error) {
			if len(passwords[name]) == 0 {
				return nil, errors.New("it is password-protected, and no password was given")
			}
			return bytes.Clone(passwords[name]), nil
		},
	}
	if len(servers) > 1 {
		slices.Sort(parents)
		source.Paths = parents
	}
	return source
}

// parentOfServer returns the folder that contains a file's folder named after
// one of the servers, or the top folder if there is none.
func parentOfServer(name string, servers []string) string {
	parts := strings.Split(path.Dir(name), "/")
	for i, part := range parts {
		if slices.ContainsFunc(servers, func(s string) bool { return strings.EqualFold(collect.FileName(s), part) }) {
			return path.Join(parts[:i]...)
		}
	}
	return storeFolder
}
