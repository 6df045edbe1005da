// Package collect combines several sources into complete documents, for one
// server or for every server that a source lists.
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
	"github.com/transportcert/transportcert/gather/chains"
	"github.com/transportcert/transportcert/gather/host"
)

// A Source supplies facts.
type Source interface {
	// Gather fills the sections of doc that the source has for one server. The
	// name is empty if it is not yet known; a source that needs it returns
	// ErrNoServer.
	Gather(ctx context.Context, server string, doc *gather.Document) error
	// All reads what the source has for all servers.
	All(ctx context.Context) (Known, error)
}

// Known is what a source has for all servers.
type Known struct {
	// Servers are those that get a document. It is empty for a source that has
	// facts about servers but no list of them.
	Servers []string
	// Gather fills the sections of one server's document.
	Gather func(ctx context.Context, server string, doc *gather.Document) error
	// Done is called when a server's document is complete, or with nil if it
	// could not be made. It can be nil.
	Done func(server string, doc *gather.Document)
	// Begin is called with the servers of all sources. It can be nil.
	Begin func(servers []string)
}

// ErrNoServer means that a source needs the server's name, and no other source
// supplies it.
var ErrNoServer = errors.New("expected the name of the server to gather")

// An absentError means that a source has nothing for a server.
type absentError struct{ Reason string }

func (a absentError) Error() string { return a.Reason }

// A MissingError means that a document lacks required sections.
type MissingError struct {
	Sections []string // by their names in the document
	Absent   []string // why sources had nothing for the server
}

func (m *MissingError) Error() string {
	return strings.Join(append([]string{"missing information: " + strings.Join(m.Sections, ", ")}, m.Absent...), "; ")
}

// A ServerError is the reason why the document of one of many servers could not
// be made.
type ServerError struct {
	Server string // its name
	error
}

func (s ServerError) Error() string { return s.Server + ": " + s.error.Error() }

func (s ServerError) Unwrap() error { return s.error }

// A Collector makes documents. If two sources have the same section, the later
// one replaces it.
type Collector struct {
	Sources      []Source
	Server       string                       // whose document to make; empty: the server that the sources name
	All          bool                         // make a document for every server that a source lists
	ClusterNames *host.RegFile                // of Network Load Balancing, added to the host section; nil: none
	Facts        *gather.Document             // replaces what was gathered; nil: no facts
	FactsFile    string                       // where Facts come from
	Chains       *chains.Gatherer             // sets the trust; nil: not set
	Check        func(*gather.Document) error // rejects documents that are too large; nil: no check
	Report       gather.Report                // receives what was skipped
}

// Documents yields the documents. With All, an error about one server is a
// ServerError, and the other documents still follow.
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

// known returns the servers, and what each source has for them.
func (c *Collector) known(ctx context.Context) (servers []string, all []Known, err error) {
	if !c.All {
		for _, source := range c.Sources {
			all = append(all, Known{Gather: source.Gather})
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

// document makes the document of one server.
func (c *Collector) document(ctx context.Context, server string, all []Known) (*gather.Document, error) {
	parts, absent, err := gatherParts(ctx, server, all)
	if err != nil {
		return nil, err
	}
	doc := &gather.Document{SchemaVersion: gather.Version}
	for _, part := range parts {
		if part.Host != nil && doc.Host != nil && len(doc.Host.NLBClusterNames) > 0 {
			c.Report(fmt.Sprintf("ignored the cluster names %s: a later source, %s, has the host section",
				strings.Join(doc.Host.NLBClusterNames, ", "), part.Sources["host"]))
		}
		name := cmp.Or(doc.Server, part.Server)
		doc.Overlay(&part)
		doc.Server = name
	}
	if err := c.complete(ctx, cmp.Or(server, nameOfHost(parts)), doc); err != nil {
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

// gatherParts returns what each source has for a server, in their order, and why
// others have nothing. Sources that need the server's name are asked last, because
// the others may know it.
func gatherParts(ctx context.Context, server string, all []Known) (parts []gather.Document, absent []string, err error) {
	parts = make([]gather.Document, len(all))
	ask := func(i int) error {
		err := all[i].Gather(ctx, server, &parts[i])
		if nothing := (absentError{}); errors.As(err, &nothing) {
			absent = append(absent, nothing.Reason)
			return nil
		}
		server = cmp.Or(server, parts[i].Server)
		return err
	}
	var unnamed []int
	for i := range all {
		if err := ask(i); errors.Is(err, ErrNoServer) {
			unnamed = append(unnamed, i)
		} else if err != nil {
			return nil, nil, err
		}
	}
	server = cmp.Or(server, nameOfHost(parts))
	for _, i := range unnamed {
		if err := ask(i); err != nil {
			return nil, nil, err
		}
	}
	return parts, absent, nil
}

// nameOfHost returns the host name, which names a server if nothing else does.
func nameOfHost(parts []gather.Document) string {
	for _, part := range parts {
		if part.Host != nil {
			return part.Host.DNSHostName
		}
	}
	return ""
}

// complete adds to a document what does not come from the sources. server is its
// name if none of them knows it.
func (c *Collector) complete(ctx context.Context, server string, doc *gather.Document) error {
	if c.ClusterNames != nil {
		if err := c.ClusterNames.Gather(ctx, doc); err != nil {
			return err
		}
	}
	if c.Facts != nil {
		if c.Facts.Server != "" && doc.Server != "" && !sameServer(c.Facts.Server, doc.Server) {
			return fmt.Errorf("%s is about the server %s, but the other sources are about %s", c.FactsFile, c.Facts.Server, doc.Server)
		}
		doc.Overlay(c.Facts)
	}
	if doc.Server == "" {
		doc.Server, _, _ = strings.Cut(server, ".")
	}
	return nil
}

// sameServer reports whether two names mean the same server. It compares
// NetBIOS names, which are the beginning of longer host names.
func sameServer(a, b string) bool {
	return strings.EqualFold(gather.NetBIOS(a), gather.NetBIOS(b))
}
