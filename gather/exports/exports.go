// Package exports gathers facts from the CLIXML files that these commands of
// the Exchange Management Shell write, and that can be carried to any machine:
//
//	Get-ReceiveConnector    -Server EX01 | Export-Clixml connectors.xml
//	Get-ExchangeCertificate -Server EX01 | Export-Clixml certificates.xml
//	Get-TransportService    EX01 | Export-Clixml transport.xml
//	Get-ExchangeServer      EX01 | Export-Clixml server.xml
//
// Objects are told by their type, not by the file's name, so a folder can hold
// any number of files, of several servers too. Each kind of object supplies one
// section of the document: connectors, certificates, directory, host.
//
// What the store and Exchange know of a certificate is in plain properties where
// it was exported on the server itself, and in SerializationData where it was
// exported through a remote session. Where it is in neither it stays unknown.
package exports

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// howToExport tells a person how to come by the files.
const howToExport = `make the exports in the Exchange Management Shell of the server:
  Get-ReceiveConnector -Server $env:COMPUTERNAME | Export-Clixml connectors.xml
  Get-ExchangeCertificate -Server $env:COMPUTERNAME | Export-Clixml certificates.xml
  Get-TransportService $env:COMPUTERNAME | Export-Clixml transport.xml  (2007 and 2010: Get-TransportServer)
  Get-ExchangeServer $env:COMPUTERNAME | Export-Clixml server.xml`

// Gatherer fills the sections for which a folder holds exports of one server.
type Gatherer struct {
	Dir    string        // a folder of CLIXML files, its own folders left out; or one such file
	Server string        // NetBIOS name or FQDN; empty: the only server in the folder
	Except string        // a file of the folder that is not for here, such as one of facts; can be empty
	Limits Limits        // of what the folder may hold
	Report gather.Report // what was left out; nil: nobody wants to know
}

// Gather fills the sections and, where it is empty, doc.Server. It fails where
// a file is broken, where two files contradict each other, and where Server
// leaves it open which server is meant.
func (g Gatherer) Gather(ctx context.Context, doc *gather.Document) error {
	all, err := g.load(ctx)
	if err == nil {
		err = g.fill(doc, all)
	}
	return printable.Error(err)
}

// All returns a document for each server that the folder holds exports of,
// sorted by name, with the sections that it has of it. It fails as Gather does,
// and where no object says which server it is of; then there is no document.
func (g Gatherer) All(ctx context.Context) ([]*gather.Document, error) {
	all, err := g.load(ctx)
	if err != nil {
		return nil, printable.Error(err)
	}
	names := servers(all)
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no object says which server it is of; gather for one, with --server NAME", g.Dir)
	}
	said := map[string]bool{} // what is left out of all servers is said once
	report := g.Report
	g.Report = func(sentence string) {
		if report != nil && !said[sentence] {
			report(sentence)
		}
		said[sentence] = true
	}
	var docs []*gather.Document
	for _, g.Server = range names {
		doc := &gather.Document{SchemaVersion: gather.Version}
		if err := g.fill(doc, all); err != nil {
			return nil, printable.Error(err)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// fill fills the sections of doc from the exports of one server.
func (g Gatherer) fill(doc *gather.Document, all []*export) error {
	server, mine, err := g.choose(all)
	if err != nil {
		return err
	}
	connectors, err := collect(g, doc, "connectors", mine, g.connector)
	if err != nil {
		return err
	}
	certificates, err := collect(g, doc, "certificates", mine, g.certificate)
	if err != nil {
		return err
	}
	directory, err := collect(g, doc, "directory", mine, g.directory)
	if err != nil {
		return err
	}
	host, err := collect(g, doc, "host", mine, g.host)
	if err != nil {
		return err
	}
	if connectors != nil {
		doc.Connectors = connectors
	}
	if certificates != nil {
		doc.Certificates = certificates
		g.reportUnknown(certificates)
	}
	if directory != nil {
		doc.Directory = &directory[0]
	}
	if host != nil {
		doc.Host = &host[0]
	}
	if doc.Server == "" {
		doc.Server = server
	}
	return nil
}

// collect reads what each export says of a section and notes in doc.Sources
// which files that came from. read returns the name of the thing that it read,
// empty where the export has nothing for the section. The same thing in two
// exports counts once where both say the same, and is an error where they do
// not: one of them is old. The result is nil where nothing was gathered.
func collect[T any](g Gatherer, doc *gather.Document, section string, all []*export, read func(*export) (string, T, error)) ([]T, error) {
	var values []T
	var sources []string
	seen := map[string]int{} // the thing's place in values
	from := map[string]*export{}
	for _, e := range all {
		what, v, err := read(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.place(), err)
		}
		if what == "" {
			continue
		}
		sources = append(sources, "clixml:"+e.file)
		key := strings.ToLower(what)
		if i, again := seen[key]; !again {
			seen[key], from[key] = len(values), e
			values = append(values, v)
		} else if reflect.DeepEqual(values[i], v) {
			g.report("%s: left out, %s is in %s too and the same there", e.place(), what, from[key].place())
		} else {
			return nil, fmt.Errorf("%s and %s differ in %s: expected exports made at one time", from[key].place(), e.place(), what)
		}
	}
	if sources != nil {
		slices.Sort(sources)
		if doc.Sources == nil {
			doc.Sources = map[string]string{}
		}
		doc.Sources[section] = strings.Join(slices.Compact(sources), ", ")
	}
	return values, nil
}

// Servers returns the NetBIOS names of the servers that the folder holds
// exports of, sorted. It reads all files, and fails and reports as Gather does.
func (g Gatherer) Servers(ctx context.Context) ([]string, error) {
	all, err := g.load(ctx)
	return servers(all), printable.Error(err)
}

// choose returns the server's name and the exports that belong to it.
func (g Gatherer) choose(all []*export) (string, []*export, error) {
	names := servers(all)
	known := strings.Join(names, ", ")
	server := netBIOS(g.Server)
	switch i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, server) }); {
	case g.Server == "" && len(names) > 1:
		return "", nil, fmt.Errorf("%s holds exports of several servers: %s; pass --server NAME", g.Dir, known)
	case g.Server == "" && len(names) == 1:
		server = names[0]
	case g.Server == "":
		g.report("%s: no object says which server it is of; pass --server NAME", g.Dir)
	case i >= 0:
		server = names[i]
	case len(names) > 0:
		return "", nil, fmt.Errorf("%s holds no exports of the server %q; those that it holds exports of: %s", g.Dir, g.Server, known)
	}
	var mine []*export
	for _, e := range all {
		switch {
		case e.server == "" && len(names) > 1 && e.kind == bareCertificate:
			g.report("%s: left out, a certificate from the directory does not say which server it is of, and there are several: %s", e.place(), known)
		case e.server == "" && len(names) > 1:
			return "", nil, fmt.Errorf("%s: expected the name of its server, since there are several: %s", e.place(), known)
		case e.server == "" || strings.EqualFold(netBIOS(e.server), server):
			mine = append(mine, e)
		}
	}
	return server, mine, nil
}

// servers returns the NetBIOS names of the exports' servers, sorted, each in
// the spelling of the kind of object that knows it best.
func servers(all []*export) []string {
	best := map[string]*export{}
	for _, e := range all {
		key := strings.ToLower(netBIOS(e.server))
		if b := best[key]; key != "" && (b == nil || e.kind < b.kind) {
			best[key] = e
		}
	}
	names := make([]string, 0, len(best))
	for _, e := range best {
		names = append(names, netBIOS(e.server))
	}
	slices.Sort(names)
	return names
}

// netBIOS returns the first label of a server's name.
func netBIOS(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// serverName returns the server that an object says it is of: a NetBIOS name
// or an FQDN, empty where it says nothing.
func (e *export) serverName() string {
	o := e.object
	switch e.kind {
	case exchangeServer:
		return first(o.string("Name"), o.string("Fqdn"))
	case transportServer:
		return first(o.string("Name"), o.string("Identity"))
	case receiveConnector:
		if server, _ := o.property("Server"); server.object != nil { // an ADObjectId
			return first(server.object.string("Name"), server.string())
		}
		return first(o.string("Server"), beforeBackslash(o.string("Identity")))
	case certificate:
		if name := first(beforeBackslash(o.string("Identity")), e.serialized.server); name != "" {
			return name
		}
		// The computer of the session; its address or localhost name no server.
		name := o.string("PSComputerName")
		if net.ParseIP(name) == nil && !strings.EqualFold(name, "localhost") {
			return name
		}
	}
	return ""
}

// beforeBackslash returns the server of an identity such as EX01\Default EX01.
func beforeBackslash(identity string) string {
	server, _, found := strings.Cut(identity, `\`)
	if !found {
		return ""
	}
	return server
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	i := slices.IndexFunc(texts, func(t string) bool { return t != "" })
	if i < 0 {
		return ""
	}
	return texts[i]
}

func (g Gatherer) report(format string, args ...any) {
	if g.Report != nil {
		g.Report(printable.Message(fmt.Sprintf(format, args...)))
	}
}
