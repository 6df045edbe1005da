// Package exports gathers facts from CLIXML files that these commands of the
// Exchange Management Shell write, and that can be copied to any computer:
//
//	Get-ReceiveConnector    -Server EX01 | Export-Clixml connectors.xml
//	Get-ExchangeCertificate -Server EX01 | Export-Clixml certificates.xml
//	Get-TransportService    EX01 | Export-Clixml transport.xml
//	Get-ExchangeServer      EX01 | Export-Clixml server.xml
//	Get-SendConnector       | Export-Clixml send-connectors.xml
//	Get-EdgeSubscription    | Export-Clixml edge-subscriptions.xml
//	Get-HybridConfiguration | Export-Clixml hybrid.xml
//
// Objects are recognized by their type, not by the file's name, so a folder can
// contain any number of files from several servers. In the layout of the export
// script (servers/NAME and organization), the folder says which server they
// belong to. Each kind of object supplies one section of the document. The last
// three belong to the organization and therefore to the document of every
// server.
//
// What the store and Exchange know about a certificate is in plain properties
// if it was exported on the server itself, and in SerializationData if it was
// exported in a remote session. If it is in neither, it stays unknown.
package exports

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// commands are the Exchange Management Shell commands to run on the server, by
// the section of the document.
var commands = map[string]string{
	"connectors":         "Get-ReceiveConnector -Server $env:COMPUTERNAME | Export-Clixml connectors.xml",
	"certificates":       "Get-ExchangeCertificate -Server $env:COMPUTERNAME | Export-Clixml certificates.xml",
	"directory":          "Get-TransportService $env:COMPUTERNAME | Export-Clixml transport.xml",
	"host":               "Get-ExchangeServer $env:COMPUTERNAME | Export-Clixml server.xml",
	"send_connectors":    "Get-SendConnector | Export-Clixml send-connectors.xml",
	"edge_subscriptions": "Get-EdgeSubscription | Export-Clixml edge-subscriptions.xml",
	"hybrid":             "Get-HybridConfiguration | Export-Clixml hybrid.xml",
}

// Command returns the Exchange Management Shell command to run on the server to
// export a section of the document, or "" if there is none.
func Command(section string) string { return commands[section] }

// howToExport tells a person how to create the files.
var howToExport = "make the exports in the Exchange Management Shell of the server:" +
	"\n  " + Command("connectors") +
	"\n  " + Command("certificates") +
	"\n  " + Command("directory") + "  (2007 and 2010: Get-TransportServer)" +
	"\n  " + Command("host")

// Gatherer fills the sections for which there are exports of one server.
type Gatherer struct {
	Dir    string        // a folder, a zip file of one, or one CLIXML file
	Files  fs.FS         // from ReadZip, read instead of Dir, which then only names it in messages; nil: none
	Server string        // NetBIOS name or FQDN; empty: the only server with exports
	Except string        // a file in the folder to ignore, such as a file of facts; empty: none
	Limits Limits        // restricts what Dir may contain
	Report gather.Report // receives what was skipped; nil: discarded

	// Found is called for each Exchange object with its file, the section that
	// it belongs to, and the NetBIOS name of its server, which is empty if the
	// object belongs to no server or does not name it. It can be nil.
	Found func(file, section, server string)
}

// A ServerError means that the exports do not show which server is meant, or
// that there are none for it.
type ServerError struct {
	Dir     string
	Wanted  string   // the server that was asked for; empty: none
	Servers []string // the servers with exports, sorted
}

func (e *ServerError) Error() string {
	known := strings.Join(e.Servers, ", ")
	switch {
	case e.Wanted != "":
		return fmt.Sprintf("%s contains no exports of the server %q; it contains exports of: %s", e.Dir, e.Wanted, known)
	case len(e.Servers) > 0:
		return fmt.Sprintf("%s contains exports of several servers: %s", e.Dir, known)
	}
	return e.Dir + ": no object names its server"
}

// Gather fills the sections and, if it is empty, doc.Server. An object that
// cannot be read, or that contradicts another one, is reported, and its section
// is not changed. Gather fails if a file is damaged, and with a [ServerError]
// if it is not clear which server is meant.
func (g Gatherer) Gather(ctx context.Context, doc *gather.Document) error {
	c, err := g.load(ctx)
	if err != nil {
		return printable.Error(err)
	}
	server, err := g.choose(c)
	if err != nil {
		return printable.Error(err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.broken)) {
		if name == strings.ToLower(server) {
			return printable.Error(c.broken[name])
		}
		g.Report.Sentence("%v; nothing was gathered for this server", c.broken[name])
	}
	g.unassigned(&c)
	g.fill(doc, c, server)
	if doc.Server == "" {
		doc.Server = server
	}
	return nil
}

// All returns a document for each server with exports, sorted by name, with the
// sections that could be read. It fails where Gather would fail for every
// server.
func (g Gatherer) All(ctx context.Context) ([]*gather.Document, error) {
	c, err := g.load(ctx)
	if err == nil && len(c.servers) == 0 {
		err = &ServerError{Dir: g.Dir}
	}
	if err != nil {
		return nil, printable.Error(err)
	}
	reported := map[string]bool{} // what is skipped for all servers is reported once
	report := g.Report
	g.Report = func(sentence string) {
		if report != nil && !reported[sentence] {
			report(sentence)
		}
		reported[sentence] = true
	}
	g.unassigned(&c)
	var docs []*gather.Document
	for _, server := range c.servers {
		doc := &gather.Document{SchemaVersion: gather.Version, Server: server}
		if err := c.broken[strings.ToLower(server)]; err != nil {
			g.Report.Sentence("%v; nothing was gathered for this server", err)
		} else {
			g.fill(doc, c, server)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// fill fills the sections of doc from the exports of one server.
func (g Gatherer) fill(doc *gather.Document, c collection, name string) {
	f := filling{g, doc, cmp.Or(name, g.Dir), c.exportsOf(name), c.unknown, c.none}
	collect(f, "connectors", g.connector, func(all []gather.Connector) { doc.Connectors = all })
	collect(f, "certificates", g.certificate, func(all []gather.Certificate) {
		doc.Certificates = all
		g.reportUnknown(all)
	})
	collect(f, "directory", g.directory, func(all []gather.Directory) { doc.Directory = &all[0] })
	collect(f, "host", g.server, func(all []server) {
		doc.Host = &all[0].host
		if all[0].version != "" {
			doc.ExchangeVersion, doc.Sources["exchange_version"] = all[0].version, doc.Sources["host"]
		}
		if all[0].roles != nil {
			doc.Roles, doc.Sources["roles"] = all[0].roles, doc.Sources["host"]
		}
	})
	collect(f, "send_connectors", g.sendConnector, func(all []gather.SendConnector) { doc.SendConnectors = all })
	collect(f, "edge_subscriptions", g.edgeSubscription, func(all []gather.EdgeSubscription) { doc.EdgeSubscriptions = all })
	collect(f, "hybrid", g.hybrid, func(all []gather.Hybrid) { doc.Hybrid = &all[0] })
	if c.made.Year() >= 1996 && c.made.Year() <= 9999 { // a year outside is the placeholder of an archive without times
		doc.GatheredAt = c.made.UTC().Format(gather.TimeFormat)
	}
}

// A filling is a document that is being filled.
type filling struct {
	Gatherer
	doc     *gather.Document
	server  string // for reports
	exports []*export
	unknown map[string]bool   // sections with more objects that could belong to any server
	none    map[string]string // by section: the file that shows that there is nothing
}

// collect reads what each export says about a section and records in Sources
// which files it came from. read returns the name of the object, or "" if the
// export has nothing for the section. Duplicates with the same values count
// once. If the values differ, one of the exports is old, but nothing shows
// which. set is not called if nothing was gathered or if anything could not be:
// half a section would pass for a whole one.
func collect[T any](f filling, section string, read func(*export) (string, T, error), set func([]T)) {
	var values []T
	var sources []string
	failed := f.unknown[section]
	seen := map[string]int{} // the object's index in values
	from := map[string]*export{}
	for _, e := range f.exports {
		if e.kind.section() != section {
			continue
		}
		what, v, err := read(e)
		if err != nil {
			f.Report.Sentence("%s: %v", e.place(), err)
			failed = true
		}
		if err != nil || what == "" {
			continue
		}
		sources = append(sources, "clixml:"+e.file)
		key := strings.ToLower(what)
		if i, again := seen[key]; !again {
			seen[key], from[key] = len(values), e
			values = append(values, v)
		} else if reflect.DeepEqual(values[i], v) {
			f.Report.Sentence("%s: skipped: %s is also in %s, with the same values", e.place(), what, from[key].place())
		} else {
			f.Report.Sentence("%s and %s differ in %s: expected exports made at the same time", from[key].place(), e.place(), what)
			failed = true
		}
	}
	if failed {
		f.Report.Sentence("%s: %s not gathered, because not every object could be read", f.server, section)
		return
	}
	if none := f.none[section]; none != "" && sources == nil {
		values, sources = []T{}, []string{"clixml:" + none}
	}
	if sources != nil {
		slices.Sort(sources)
		f.doc.SetSource(section, strings.Join(slices.Compact(sources), ", "))
		set(values)
	}
}

// choose returns the name of the server that is meant.
func (g Gatherer) choose(c collection) (string, error) {
	server := gather.NetBIOS(g.Server)
	switch i := slices.IndexFunc(c.servers, func(n string) bool { return strings.EqualFold(n, server) }); {
	case g.Server == "" && len(c.servers) > 1:
		return "", &ServerError{Dir: g.Dir, Servers: c.servers}
	case g.Server == "" && len(c.servers) == 1:
		return c.servers[0], nil
	case g.Server == "":
		if slices.ContainsFunc(c.exports, func(e *export) bool { return e.kind < sendConnector }) {
			g.Report.Sentence("%v", &ServerError{Dir: g.Dir})
		}
	case i >= 0:
		return c.servers[i], nil
	case len(c.servers) > 0:
		return "", &ServerError{Dir: g.Dir, Wanted: g.Server, Servers: c.servers}
	}
	return server, nil
}

// unassigned reports the exports that could belong to any of several servers.
// Their sections are then unknown for every server.
func (g Gatherer) unassigned(c *collection) {
	if len(c.servers) < 2 {
		return
	}
	const most = 5
	several := strings.Join(c.servers[:min(most, len(c.servers))], ", ")
	if more := len(c.servers) - most; more > 0 {
		several += fmt.Sprintf(" and %d more", more)
	}
	for _, e := range c.of[""] {
		switch {
		case e.kind >= sendConnector: // belongs to the organization
		case e.kind == bareCertificate:
			g.Report.Sentence("%s: skipped: it does not name its server, and there are several: %s", e.place(), several)
		default:
			g.Report.Sentence("%s: expected the name of its server, because there are several (%s); put each server's exports into a folder of its own", e.place(), several)
			c.unknown[e.kind.section()] = true
		}
	}
}

// exportsOf returns the exports of a server, those of the organization and, if
// there is only one server, those that do not name their server.
func (c collection) exportsOf(server string) []*export {
	var mine []*export
	if server != "" {
		mine = slices.Clip(c.of[strings.ToLower(server)])
	}
	for _, e := range c.of[""] {
		if e.kind >= sendConnector || len(c.servers) < 2 {
			mine = append(mine, e)
		}
	}
	return mine
}

// servers returns the NetBIOS names of the servers of the exports and folders,
// sorted, each as spelled by the most reliable kind of object.
func servers(all []*export, folders []string) []string {
	best := map[string]*export{}
	for _, folder := range folders {
		best[strings.ToLower(gather.NetBIOS(folder))] = &export{kind: math.MaxInt, server: folder}
	}
	for _, e := range all {
		key := strings.ToLower(gather.NetBIOS(e.server))
		if b := best[key]; key != "" && (b == nil || e.kind < b.kind) {
			best[key] = e
		}
	}
	names := make([]string, 0, len(best))
	for _, e := range best {
		names = append(names, gather.NetBIOS(e.server))
	}
	slices.Sort(names)
	return names
}

// serverName returns the server that an object names, as a NetBIOS name or an
// FQDN, or "" if it names none.
func (e *export) serverName() string {
	o := e.object
	switch e.kind {
	case exchangeServer:
		return cmp.Or(o.string("Name"), o.string("Fqdn"))
	case transportServer:
		return cmp.Or(o.string("Name"), o.string("Identity"))
	case receiveConnector:
		server, _ := o.known("Server")
		return cmp.Or(server.server(), beforeBackslash(o.string("Identity")))
	case certificate:
		// Not PSComputerName, which is the server of the remote session.
		return cmp.Or(beforeBackslash(o.string("Identity")), e.serialized.server)
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
