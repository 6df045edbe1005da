// Package collect makes whole documents out of several sources: for one server,
// or for every server that a source knows.
package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// A Source is where facts come from.
type Source interface {
	// Gather fills the sections of doc that the source has of one server. The
	// name is empty where it is not known yet; a source that cannot do without
	// it returns ErrNoServer.
	Gather(ctx context.Context, server string, doc *gather.Document) error
	// All looks once for what the source has of all servers.
	All(ctx context.Context) (Known, error)
}

// Known is what a source has of all servers.
type Known struct {
	// Servers are those that get a document. A source that recognizes servers
	// and does not know which there are has none.
	Servers []string
	// Gather fills the sections of one server's document. It returns an
	// AbsentError where the source has nothing of that server.
	Gather func(ctx context.Context, server string, doc *gather.Document) error
	// Done is called when a server's document is whole, or nil where it is not
	// to be had. It can be nil.
	Done func(server string, doc *gather.Document)
	// Begin is called with the servers of all sources. It can be nil.
	Begin func(servers []string)
}

// A Namer is a source that can say which server the others are to be asked for.
type Namer interface {
	// Name returns the server's name, empty where the source does not know it.
	// It is not certain where another source may know better.
	Name(ctx context.Context) (name string, certain bool, err error)
}

// ErrNoServer says that a source needs the name of the server, which no other
// source knows.
var ErrNoServer = errors.New("expected the name of the server to gather")

// An AbsentError says that a source has nothing of a server.
type AbsentError struct{ Reason string }

func (a AbsentError) Error() string { return a.Reason }

// A MissingError is a document without some of its required sections.
type MissingError struct {
	Sections []string // by their names in the document
	Absent   []string // why sources had nothing of the server
}

func (m *MissingError) Error() string {
	return strings.Join(append([]string{"missing information: " + strings.Join(m.Sections, ", ")}, m.Absent...), "; ")
}

// A ServerError is why the document of one server of many could not be made.
type ServerError struct {
	Server string // its name
	error
}

func (s ServerError) Error() string { return s.Server + ": " + s.error.Error() }

func (s ServerError) Unwrap() error { return s.error }

// A Collector makes documents. Where two sources have the same section, the
// later one supplies it whole.
type Collector struct {
	Sources      []Source
	Server       string                       // whose document to make; empty: the one that the sources have
	All          bool                         // make a document for every server that a source knows
	ClusterNames gather.Gatherer              // of Network Load Balancing, added to the host section; nil: none
	Facts        *gather.Document             // replaces what was gathered; nil: nothing does
	FactsFile    string                       // where Facts come from
	Chains       gather.Gatherer              // finds out about trust; nil: nobody does
	Check        func(*gather.Document) error // refuses documents that are too large; nil: none is
	Report       gather.Report                // what was left out
}

// Documents yields the documents. With All, the error of one server is a
// ServerError, and keeps none of the others back.
func (c *Collector) Documents(ctx context.Context) iter.Seq2[*gather.Document, error] {
	return func(yield func(*gather.Document, error) bool) {
		servers, known, err := c.known(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, server := range servers {
			if c.All && ctx.Err() != nil {
				return
			}
			doc, err := c.document(ctx, server, known)
			for _, k := range known {
				if k.Done != nil {
					k.Done(server, doc)
				}
			}
			if err != nil && c.All {
				err = ServerError{server, err}
			}
			if !yield(doc, err) {
				return
			}
		}
	}
}

// known returns the servers, and what each source has of them.
func (c *Collector) known(ctx context.Context) (servers []string, all []Known, err error) {
	if !c.All {
		for _, source := range c.Sources {
			all = append(all, Known{Gather: func(ctx context.Context, server string, doc *gather.Document) error {
				return c.one(ctx, source, server, doc)
			}})
		}
		return []string{c.Server}, all, nil
	}
	seen := map[string]bool{}
	for _, source := range c.Sources {
		known, err := source.All(ctx)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, known)
		for _, server := range known.Servers {
			if key := strings.ToLower(server); !seen[key] {
				seen[key] = true
				servers = append(servers, server)
			}
		}
	}
	slices.Sort(servers)
	for _, k := range all {
		if k.Begin != nil {
			k.Begin(servers)
		}
	}
	return servers, all, nil
}

// one gathers from a source. If it needs the server's name, the others are
// asked for it.
func (c *Collector) one(ctx context.Context, source Source, server string, doc *gather.Document) error {
	err := source.Gather(ctx, cmp.Or(server, doc.Server), doc)
	if !errors.Is(err, ErrNoServer) {
		return err
	}
	name, err := c.name(ctx)
	if err == nil && name == "" {
		err = ErrNoServer
	}
	if err != nil {
		return err
	}
	return source.Gather(ctx, name, doc)
}

// name returns the name of the server that the sources are of.
func (c *Collector) name(ctx context.Context) (string, error) {
	uncertain := ""
	for _, source := range c.Sources {
		namer, ok := source.(Namer)
		if !ok {
			continue
		}
		name, certain, err := namer.Name(ctx)
		if err != nil || certain && name != "" {
			return name, err
		}
		uncertain = name
	}
	return uncertain, nil
}

// document makes the document of one server.
func (c *Collector) document(ctx context.Context, server string, all []Known) (*gather.Document, error) {
	doc := &gather.Document{SchemaVersion: gather.Version}
	var absent []string
	for _, known := range all {
		before := doc.Host
		err := known.Gather(ctx, server, doc)
		if nothing := (AbsentError{}); errors.As(err, &nothing) {
			absent = append(absent, nothing.Reason)
			continue
		}
		if err != nil {
			return nil, err
		}
		if before != nil && doc.Host != before && len(before.NLBClusterNames) > 0 {
			c.Report(fmt.Sprintf("ignored the cluster names %s: a later source, %s, has the host section",
				strings.Join(before.NLBClusterNames, ", "), doc.Sources["host"]))
		}
	}
	if err := c.complete(ctx, server, doc); err != nil {
		return nil, err
	}
	if missing := doc.Missing(); len(missing) > 0 {
		return nil, &MissingError{missing, absent}
	}
	if c.Check != nil {
		if err := c.Check(doc); err != nil {
			return nil, err
		}
	}
	if c.Chains != nil {
		if err := c.Chains.Gather(ctx, doc); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return doc, nil
}

// complete adds to a document what does not come from the sources.
func (c *Collector) complete(ctx context.Context, server string, doc *gather.Document) error {
	if c.ClusterNames != nil {
		if err := c.ClusterNames.Gather(ctx, doc); err != nil {
			return err
		}
	}
	if c.Facts != nil {
		if c.Facts.Server != "" && doc.Server != "" && !SameServer(c.Facts.Server, doc.Server) {
			return fmt.Errorf("%s is about the server %s, and the other sources are about %s", c.FactsFile, c.Facts.Server, doc.Server)
		}
		doc.Overlay(c.Facts)
	}
	if doc.Server == "" { // no source knows which server it is of
		doc.Server, _, _ = strings.Cut(server, ".")
	}
	if doc.Server == "" {
		name, err := c.name(ctx)
		if err != nil {
			return err
		}
		doc.Server = name
	}
	return nil
}

// SameServer reports whether two names are of one server. It compares NetBIOS
// names, with which a longer host name begins.
func SameServer(a, b string) bool {
	netBIOS := func(name string) string {
		name, _, _ = strings.Cut(name, ".")
		return name[:min(len(name), 15)]
	}
	return strings.EqualFold(netBIOS(a), netBIOS(b))
}
