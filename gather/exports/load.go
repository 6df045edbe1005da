package exports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A kind is what an object is here. The order is that in which they are
// trusted with the spelling of the server's name.
type kind int

const (
	exchangeServer kind = iota
	receiveConnector
	transportServer
	certificate
	bareCertificate // the internal transport certificate as the directory holds it
)

// section is the section of the document that a kind of object supplies.
func (k kind) section() string {
	switch k {
	case exchangeServer:
		return "host"
	case receiveConnector:
		return "connectors"
	case certificate:
		return "certificates"
	}
	return "directory"
}

// kinds has the types of Exchange's objects. An ExchangeCertificate is an
// X509Certificate2 too, so it comes first.
var kinds = []struct {
	typeName string
	kind     kind
}{
	{"Microsoft.Exchange.Data.Directory.Management.ExchangeServer", exchangeServer},
	{"Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector", receiveConnector},
	{"Microsoft.Exchange.Data.Directory.Management.TransportServer", transportServer}, // Get-TransportService as well
	{"Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate", certificate},
	{"System.Security.Cryptography.X509Certificates.X509Certificate2", bareCertificate},
}

// An export is an object that one of the files holds.
type export struct {
	kind       kind
	server     string // NetBIOS name or FQDN; empty: not known
	path, file string // the file, for messages and in the tree
	number     int    // of the object in the file, from 1
	object     *object
	serialized serialized // of a certificate
	damage     error      // of SerializationData, of which serialized has what could be read
	unassigned error      // not nil: it can belong to any of several servers
}

// place says where the export is, for errors and reports.
func (e *export) place() string { return fmt.Sprintf("%s: object %d", e.path, e.number) }

// A collection is what all files together hold.
type collection struct {
	exports []*export
	servers []string         // names, from objects and from folders
	broken  map[string]error // by server, in lower case: a file in its folder that cannot be read
}

// load reads every file.
func (g Gatherer) load(ctx context.Context) (collection, error) {
	g.Limits = g.Limits.WithDefaults()
	c := collection{broken: map[string]error{}}
	tree, err := g.open()
	if err != nil {
		return c, fmt.Errorf("exports: %w", err)
	}
	defer tree.close()
	files, folders, err := g.find(tree)
	if err != nil {
		return c, fmt.Errorf("exports: %w", err)
	}
	left := newBudget(g.Limits)
	var others []string
	for _, f := range files {
		path := tree.shown(f.name)
		if g.Except != "" && tree.path(f.name) == filepath.Clean(g.Except) {
			continue
		}
		values, err := readFile(ctx, tree, f.name, left)
		other := notCLIXML{}
		switch {
		case errors.As(err, &other) && other.root != "":
			g.report("%s: left out: %v", path, err)
			continue
		case errors.As(err, &other) && !strings.HasSuffix(strings.ToLower(path), "xml"):
			others = append(others, f.name)
			continue
		case err != nil && left.spent(ctx):
			return c, fmt.Errorf("%s: %w", path, err)
		case err != nil && f.server != "":
			if key := strings.ToLower(netBIOS(f.server)); c.broken[key] == nil {
				c.broken[key] = fmt.Errorf("%s: %w", path, err)
			}
			continue
		case err != nil && f.organization:
			g.report("%s: left out: %v", path, err)
			continue
		case err != nil:
			return c, fmt.Errorf("%s: %w", path, err)
		}
		c.exports = append(c.exports, g.classify(tree, f, values)...)
	}
	if len(others) > 0 {
		g.report("%s: left out, not CLIXML: %s", g.Dir, strings.Join(others, ", "))
	}
	if len(c.exports) == 0 && len(c.broken) == 0 {
		return c, fmt.Errorf("%s holds no object that Exchange exported; %s", g.Dir, howToExport)
	}
	if slices.ContainsFunc(c.exports, func(e *export) bool { return e.serialized.signed }) {
		g.report("the signature of SerializationData is not verified: the key belongs to the server")
	}
	c.servers = servers(c.exports, folders)
	return c, nil
}

func readFile(ctx context.Context, files fs.FS, name string, left *budget) ([]value, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return decodeCLIXML(ctx, file, left)
}

// classify tells the objects of a file by their types, and reports the others.
func (g Gatherer) classify(t tree, f file, values []value) []*export {
	var found []*export
	var others []string
	count := map[string]int{}
	all := flatten(values, g.Limits.Depth)
	filePath := t.shown(f.name)
	for i, v := range all {
		e := &export{path: filePath, file: f.name, number: i + 1, object: v.object}
		if !e.recognise() || e.kind == bareCertificate && !(len(all) == 1 && e.isInternal()) {
			name := v.typeName()
			if e.kind == bareCertificate {
				name += ", which can be from any certificate store"
			}
			if count[name]++; count[name] == 1 {
				others = append(others, name)
			}
			continue
		}
		if e.kind == certificate {
			e.serialized, e.damage = readSerialized(e.object, g.Limits.Records)
		}
		e.server = e.serverName()
		if e.server != "" && f.server != "" && !strings.EqualFold(netBIOS(e.server), netBIOS(f.server)) {
			g.report("%s: belongs to the server %s, although it is in the folder of %s", e.place(), netBIOS(e.server), f.server)
		}
		e.server = first(e.server, f.server)
		found = append(found, e)
	}
	const most = 20
	for _, name := range others[:min(most, len(others))] {
		g.report("%s: left out, %d of the type %s", filePath, count[name], name)
	}
	if len(others) > most {
		g.report("%s: left out, and those of %d more types", filePath, len(others)-most)
	}
	if len(values) == 0 {
		g.report("%s: holds no objects", filePath)
	}
	return found
}

// isInternal says whether an X509Certificate2 is the internal transport
// certificate out of the directory. The object is the same as one out of any
// store, so the file's name has to tell; and where PowerShell noted the store
// that it came from, it is not.
func (e *export) isInternal() bool {
	name := strings.ToLower(path.Base(e.file))
	parent, _ := e.object.property("PSParentPath")
	return strings.Contains(name, "internal") && (strings.Contains(name, "transport") || strings.Contains(name, "tlscert")) &&
		!strings.Contains(parent.string(), "Certificate::")
}

// recognise sets the export's kind where its object is one of those that count.
func (e *export) recognise() bool {
	e.kind = -1
	for _, k := range kinds {
		if e.object != nil && e.object.is(k.typeName) {
			e.kind = k.kind
			return true
		}
	}
	return false
}

// flatten replaces the lists at the top of a file by what is in them: what
// Export-Clixml -InputObject makes of several objects.
func flatten(values []value, most int) []value {
	var all []value
	seen := map[*object]bool{}
	var add func([]value, int)
	add = func(values []value, depth int) {
		for _, v := range values {
			switch {
			case v.object != nil && seen[v.object]:
			case v.object != nil && len(v.object.items) > 0 && depth < most:
				seen[v.object] = true
				add(v.object.items, depth+1)
			default:
				seen[v.object] = v.object != nil
				all = append(all, v)
			}
		}
	}
	add(values, 0)
	return all
}
