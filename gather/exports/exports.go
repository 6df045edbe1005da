// Package exports gathers facts from the CLIXML files that these commands of
// the Exchange Management Shell write, and that can be carried to any machine:
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
// hold any number of files, of several servers too; in the layout of the export
// script, servers/NAME and organization, the folder says whose they are. Each
// kind of object supplies one section of the document. The last three belong to
// the organization, and so to the document of every server.
//
// What the store and Exchange know of a certificate is in plain properties where
// it was exported on the server itself, and in SerializationData where it was
// exported through a remote session. Where it is in neither it stays unknown.
package exports

import (
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

// commands are those of the Exchange Management Shell of the server, by the
// section of the document.
var commands = map[string]string{
	"connectors":         "Get-ReceiveConnector -Server $env:COMPUTERNAME | Export-Clixml connectors.xml",
	"certificates":       "Get-ExchangeCertificate -Server $env:COMPUTERNAME | Export-Clixml certificates.xml",
	"directory":          "Get-TransportService $env:COMPUTERNAME | Export-Clixml transport.xml",
	"host":               "Get-ExchangeServer $env:COMPUTERNAME | Export-Clixml server.xml",
	"send_connectors":    "Get-SendConnector | Export-Clixml send-connectors.xml",
	"edge_subscriptions": "Get-EdgeSubscription | Export-Clixml edge-subscriptions.xml",
	"hybrid":             "Get-HybridConfiguration | Export-Clixml hybrid.xml",
}

// Command returns the command of the Exchange Management Shell of the server
// that exports a section of the document; empty where none does.
func Command(section string) string { return commands[section] }

// howToExport tells a person how to come by the files.
var howToExport = "make the exports in the Exchange Management Shell of the server:" +
	"\n  " + Command("connectors") +
	"\n  " + Command("certificates") +
	"\n  " + Command("directory") + "  (2007 and 2010: Get-TransportServer)" +
	"\n  " + Command("host")

// Gatherer fills the sections for which there are exports of one server.
type Gatherer struct {
	Dir    string        // a folder, a zip file of one, or one CLIXML file
	Files  fs.FS         // read in place of what is at Dir, which then names it in messages, as ReadZip returns it; nil: none
	Server string        // NetBIOS name or FQDN; empty: the only server that there are exports of
	Except string        // a file of the folder that is not for here, such as one of facts; can be empty
	Limits Limits        // of what Dir may hold
	Report gather.Report // what was left out; nil: discarded

	// Found is called for each object of Exchange's with its file, the section
	// that it is for, and the NetBIOS name of its server, empty where it has none
	// or does not say it. It can be nil.
	Found func(file, section, server string)
}

// A ServerError says that the exports leave open which server is meant, or
// that they have nothing of it.
type ServerError struct {
	Dir     string
	Wanted  string   // the server that was asked for; empty: none was
	Servers []string // that there are exports of, sorted
}

func (e *ServerError) Error() string {
	known := strings.Join(e.Servers, ", ")
	switch {
	case e.Wanted != "":
		return fmt.Sprintf("%s holds no exports of the server %q; it holds exports of: %s", e.Dir, e.Wanted, known)
	case len(e.Servers) > 0:
		return fmt.Sprintf("%s holds exports of several servers: %s", e.Dir, known)
	}
	return e.Dir + ": no object says which server it belongs to"
}

// Gather fills the sections and, where it is empty, doc.Server. An object that
// cannot be read, or that another one contradicts, is reported, and its section
// is left as it was. Gather fails where a file is broken, and with a
// [ServerError] where Server leaves it open which server is meant.
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
		g.report("%v; nothing of this server is gathered", c.broken[name])
	}
	g.unassigned(&c)
	g.fill(doc, c, server)
	if doc.Server == "" {
		doc.Server = server
	}
	return nil
}

// All returns a document for each server that there are exports of, sorted by
// name, with the sections that could be read. It fails where Gather does for
// every server.
func (g Gatherer) All(ctx context.Context) ([]*gather.Document, error) {
	c, err := g.load(ctx)
	if err == nil && len(c.servers) == 0 {
		err = &ServerError{Dir: g.Dir}
	}
	if err != nil {
		return nil, printable.Error(err)
	}
	said := map[string]bool{} // what is left out of all servers is said once
	report := g.Report
	g.Report = func(sentence string) {
		if report != nil && !said[sentence] {
			report(sentence)
		}
		said[sentence] = true
	}
	g.unassigned(&c)
	var docs []*gather.Document
	for _, server := range c.servers {
		doc := &gather.Document{SchemaVersion: gather.Version, Server: server}
		if err := c.broken[strings.ToLower(server)]; err != nil {
			g.report("%v; nothing of this server is gathered", err)
		} else {
			g.fill(doc, c, server)
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// fill fills the sections of doc from the exports of one server.
func (g Gatherer) fill(doc *gather.Document, c collection, server string) {
	if doc.Sources == nil {
		doc.Sources = map[string]string{}
	}
	f := filling{g, doc, first(server, g.Dir), c.exportsOf(server), c.unknown, c.none}
	if connectors := collect(f, "connectors", g.connector); connectors != nil {
		doc.Connectors = connectors
	}
	if certificates := collect(f, "certificates", g.certificate); certificates != nil {
		doc.Certificates = certificates
		g.reportUnknown(certificates)
	}
	if directory := collect(f, "directory", g.directory); directory != nil {
		doc.Directory = &directory[0]
	}
	if facts := collect(f, "host", g.server); facts != nil {
		doc.Host = &facts[0].host
		if facts[0].version != "" {
			doc.ExchangeVersion, doc.Sources["exchange_version"] = facts[0].version, doc.Sources["host"]
		}
		if facts[0].roles != nil {
			doc.Roles, doc.Sources["roles"] = facts[0].roles, doc.Sources["host"]
		}
	}
	if connectors := collect(f, "send_connectors", g.sendConnector); connectors != nil {
		doc.SendConnectors = connectors
	}
	if subscriptions := collect(f, "edge_subscriptions", g.edgeSubscription); subscriptions != nil {
		doc.EdgeSubscriptions = subscriptions
	}
	if hybrid := collect(f, "hybrid", g.hybrid); hybrid != nil {
		doc.Hybrid = &hybrid[0]
	}
	if c.made.Year() >= 1996 && c.made.Year() <= 9999 { // before it is what an archive has that knows no time
		doc.GatheredAt = c.made.UTC().Format(gather.TimeFormat)
	}
}

// A filling is a document that is being filled.
type filling struct {
	Gatherer
	doc     *gather.Document
	server  string // for reports
	exports []*export
	unknown map[string]bool   // sections of which there is more, that can belong to any server
	none    map[string]string // by section: the file that says there is nothing
}

// collect reads what each export says of a section and notes in Sources
// which files that came from. read returns the name of the thing that it read,
// empty where the export has nothing for the section. The same thing in two
// exports counts once where both say the same; where they do not, one of them
// is old, and nobody can tell which. The result is nil where nothing was
// gathered, or not everything could be: half a section would be taken for all.
func collect[T any](f filling, section string, read func(*export) (string, T, error)) []T {
	var values []T
	var sources []string
	failed := f.unknown[section]
	seen := map[string]int{} // the thing's place in values
	from := map[string]*export{}
	for _, e := range f.exports {
		if e.kind.section() != section {
			continue
		}
		what, v, err := read(e)
		if err != nil {
			f.report("%s: %v", e.place(), err)
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
			f.report("%s: skipped: %s is also in %s, with the same values", e.place(), what, from[key].place())
		} else {
			f.report("%s and %s differ in %s: expected exports made at the same time", from[key].place(), e.place(), what)
			failed = true
		}
	}
	if failed {
		f.report("%s: %s not gathered, because not every object could be read", f.server, section)
		return nil
	}
	if none := f.none[section]; none != "" && sources == nil {
		values, sources = []T{}, []string{"clixml:" + none}
	}
	if sources != nil {
		slices.Sort(sources)
		f.doc.Sources[section] = strings.Join(slices.Compact(sources), ", ")
	}
	return values
}

// choose returns the name of the server that is meant.
func (g Gatherer) choose(c collection) (string, error) {
	server := netBIOS(g.Server)
	switch i := slices.IndexFunc(c.servers, func(n string) bool { return strings.EqualFold(n, server) }); {
	case g.Server == "" && len(c.servers) > 1:
		return "", &ServerError{Dir: g.Dir, Servers: c.servers}
	case g.Server == "" && len(c.servers) == 1:
		return c.servers[0], nil
	case g.Server == "":
		if slices.ContainsFunc(c.exports, func(e *export) bool { return e.kind < sendConnector }) {
			g.report("%v", &ServerError{Dir: g.Dir})
		}
	case i >= 0:
		return c.servers[i], nil
	case len(c.servers) > 0:
		return "", &ServerError{Dir: g.Dir, Wanted: g.Server, Servers: c.servers}
	}
	return server, nil
}

// unassigned reports the exports that can belong to any of several servers.
// The sections that they are of are not known of any server then.
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
		case e.kind >= sendConnector: // of the organization
		case e.kind == bareCertificate:
			g.report("%s: skipped: it does not name its server, and there are several: %s", e.place(), several)
		default:
			g.report("%s: expected the name of its server, since there are several (%s); make a folder for each server, with its exports alone", e.place(), several)
			c.unknown[e.kind.section()] = true
		}
	}
}

// exportsOf returns the exports of a server, with those of the organization and,
// where there is no other server, those that do not say whose they are.
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

// servers returns the NetBIOS names of the exports' servers and of the folders
// of servers, sorted, each in the spelling of the kind of object that knows it
// best.
func servers(all []*export, folders []string) []string {
	best := map[string]*export{}
	for _, folder := range folders {
		best[strings.ToLower(netBIOS(folder))] = &export{kind: math.MaxInt, server: folder}
	}
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

// netBIOS returns the NetBIOS name of a server: the first label of its name, of
// which that has at most 15 bytes.
func netBIOS(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return strings.ToValidUTF8(name[:min(len(name), 15)], "")
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
		// Not PSComputerName: that is the server of the session.
		return first(beforeBackslash(o.string("Identity")), e.serialized.server)
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
