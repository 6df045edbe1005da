package exports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/transportcert/transportcert/gather"
)

// A kind is the kind of an object. The order is that of their reliability for
// the spelling of the server's name.
type kind int

const (
	exchangeServer kind = iota
	receiveConnector
	transportServer
	certificate
	bareCertificate // the internal transport certificate as stored in the directory
	sendConnector   // this and the following kinds belong to the organization
	edgeSubscription
	hybridConfiguration
)

// kinds has the type of Exchange's objects of each kind, and the section of the
// document that they supply; * stands for a namespace that does not occur in any
// export seen so far. ExchangeCertificate comes before X509Certificate2, because
// it is one too.
var kinds = []struct{ typeName, section string }{
	exchangeServer:      {"Microsoft.Exchange.Data.Directory.Management.ExchangeServer", "host"},
	receiveConnector:    {"Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector", "connectors"},
	transportServer:     {"Microsoft.Exchange.Data.Directory.Management.TransportServer", "directory"}, // also Get-TransportService
	certificate:         {"Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate", "certificates"},
	bareCertificate:     {"System.Security.Cryptography.X509Certificates.X509Certificate2", "directory"},
	sendConnector:       {"Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig", "send_connectors"},
	edgeSubscription:    {"Microsoft.Exchange.*.EdgeSubscription", "edge_subscriptions"},
	hybridConfiguration: {"Microsoft.Exchange.*.HybridConfiguration", "hybrid"},
}

func (k kind) section() string { return kinds[k].section }

// An export is an object in one of the files.
type export struct {
	kind       kind
	server     string // NetBIOS name or FQDN; empty: unknown
	path, file string // of the file, in messages and in the tree
	number     int    // of the object in the file, from 1
	object     *object
	serialized serialized // of a certificate
	damage     error      // of SerializationData; serialized has what could be read
}

// place returns the location of the export, for errors and reports.
func (e *export) place() string { return fmt.Sprintf("%s: object %d", e.path, e.number) }

// A collection is the content of all files together.
type collection struct {
	exports []*export
	of      map[string][]*export // by server, in lower case; "": server unknown
	servers []string             // names, from objects and from folders
	unknown map[string]bool      // sections with objects that could belong to any server
	broken  map[string]error     // by server, in lower case: why a file in its folder cannot be read
	none    map[string]string    // by section of the organization: the script's file that shows that there is nothing
	made    time.Time            // when the exports were made; zero: unknown
}

// load reads every file.
func (g Gatherer) load(ctx context.Context) (collection, error) {
	g.Limits = g.Limits.WithDefaults()
	c := collection{of: map[string][]*export{}, unknown: map[string]bool{}, broken: map[string]error{}, none: map[string]string{}}
	tree, err := g.open()
	if err != nil {
		return c, fmt.Errorf("exports: %w", err)
	}
	defer tree.close()
	root, files, folders, err := g.find(tree)
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
		left.replaced = 0
		values, changed, err := readFile(ctx, tree, f.name, left)
		other := notCLIXML{}
		switch {
		case errors.As(err, &other) && other.root != "":
			g.Report.Sentence("%s: skipped: %v", path, err)
			continue
		case errors.As(err, &other) && !strings.HasSuffix(strings.ToLower(path), "xml"):
			others = append(others, f.name)
			continue
		case err != nil && left.spent(ctx):
			return c, fmt.Errorf("%s: %w", path, err)
		case err != nil && f.server != "":
			if key := strings.ToLower(gather.NetBIOS(f.server)); c.broken[key] == nil {
				c.broken[key] = fmt.Errorf("%s: %w", path, err)
			}
			continue
		case err != nil && f.organization:
			g.Report.Sentence("%s: skipped: %v", path, err)
			continue
		case err != nil:
			return c, fmt.Errorf("%s: %w", path, err)
		}
		if left.replaced > 0 {
			g.Report.Sentence("%s: line %d: found half of a UTF-16 pair, replaced with U+FFFD; texts affected in the file: %d", path, left.replacedLine, left.replaced)
		}
		if section := f.organizationSection(); section != "" && len(values) == 0 {
			c.none[section] = f.name
			continue
		}
		found := g.classify(tree, f, values)
		c.exports = append(c.exports, found...)
		g.found(found)
		if len(found) > 0 && changed.After(c.made) {
			c.made = changed
		}
	}
	if len(others) > 0 {
		g.Report.Sentence("%s: skipped, not CLIXML: %s", g.Dir, strings.Join(others, ", "))
	}
	if len(c.exports) == 0 && len(c.broken) == 0 {
		return c, fmt.Errorf("%s contains no object exported by Exchange; %s", g.Dir, howToExport)
	}
	if slices.ContainsFunc(c.exports, func(e *export) bool { return e.serialized.signed }) {
		g.Report.Sentence("the signature of SerializationData was not verified: only the server has the key")
	}
	for _, e := range c.exports {
		key := strings.ToLower(gather.NetBIOS(e.server))
		c.of[key] = append(c.of[key], e)
	}
	c.servers = servers(c.exports, folders)
	if named := scriptTime(root, g.Dir); !named.IsZero() {
		c.made = named
	}
	return c, nil
}

func (g Gatherer) found(exports []*export) {
	for _, e := range exports {
		if g.Found != nil {
			g.Found(e.file, e.kind.section(), gather.NetBIOS(e.server))
		}
	}
}

// scriptName matches the names that the export script gives its folder and zip
// file.
var scriptName = regexp.MustCompile(`^TransportFacts-(\d{8}T\d{6}Z)`)

// scriptTime returns the time in the name of the export script's folder or zip
// file, or zero if it is neither.
func scriptTime(folder, dir string) time.Time {
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	for _, name := range []string{folder, filepath.Base(dir)} {
		if match := scriptName.FindStringSubmatch(name); match != nil {
			if made, err := time.Parse("20060102T150405Z", match[1]); err == nil {
				return made
			}
		}
	}
	return time.Time{}
}

// readFile reads a file, and returns when it was last modified.
func readFile(ctx context.Context, files fs.FS, name string, left *budget) ([]value, time.Time, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	values, err := decodeCLIXML(ctx, file, left)
	return values, info.ModTime(), err
}

// classify returns the known objects of a file by their types, and reports the
// others.
func (g Gatherer) classify(t tree, f file, values []value) []*export {
	var found []*export
	var others []string
	count := map[string]int{}
	all, opened := flatten(values, g.Limits.Depth)
	filePath := t.shown(f.name)
	for _, name := range opened {
		g.Report.Sentence("%s: %s: only the Exchange objects in it were read", filePath, name)
	}
	for i, v := range all {
		e := &export{kind: kindOf(v.object), path: filePath, file: f.name, number: i + 1, object: v.object}
		if e.kind < 0 || e.kind == bareCertificate && !(len(all) == 1 && e.isInternal()) {
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
		if e.server != "" && f.server != "" && !strings.EqualFold(gather.NetBIOS(e.server), gather.NetBIOS(f.server)) {
			g.Report.Sentence("%s: it belongs to the server %s, but is in the folder of %s", e.place(), gather.NetBIOS(e.server), f.server)
		}
		e.server = cmp.Or(e.server, f.server)
		found = append(found, e)
	}
	const most = 20
	for _, name := range others[:min(most, len(others))] {
		g.Report.Sentence("%s: skipped: %d of the type %s", filePath, count[name], name)
	}
	if len(others) > most {
		g.Report.Sentence("%s: skipped: objects of %d more types", filePath, len(others)-most)
	}
	if len(values) == 0 {
		g.Report.Sentence("%s: contains no objects", filePath)
	}
	return found
}

// isInternal reports whether an X509Certificate2 is the internal transport
// certificate from the directory. The object looks the same if it comes from
// any store, so only the file's name tells; if PowerShell recorded a store that
// it came from, it is not.
func (e *export) isInternal() bool {
	name := strings.ToLower(path.Base(e.file))
	parent, _ := e.object.property("PSParentPath")
	return strings.Contains(name, "internal") && (strings.Contains(name, "transport") || strings.Contains(name, "tlscert")) &&
		!strings.Contains(parent.string(), "Certificate::")
}

// kindOf returns the kind of an object, or -1 if its type is not a known one.
func kindOf(o *object) kind {
	for k, known := range kinds {
		if o != nil && o.is(known.typeName) {
			return kind(k)
		}
	}
	return -1
}

// flatten replaces lists by their elements, because Export-Clixml -InputObject
// writes several objects as a list, and other objects that contain Exchange's,
// such as hash tables and the object that HealthChecker writes, by these. opened
// has the type of each of the latter.
func flatten(values []value, most int) (all []value, opened []string) {
	seen := map[*object]bool{}
	var add func(values []value, depth int, inside bool)
	add = func(values []value, depth int, inside bool) {
		for _, v := range values {
			o := v.object
			if o != nil && seen[o] {
				continue
			}
			seen[o] = o != nil
			before := len(all)
			known := kindOf(o)
			switch {
			case o != nil && len(o.items) > 0 && depth < most:
				add(o.items, depth+1, inside)
				continue
			case known < 0 && o != nil && depth < most:
				for _, list := range [][]value{o.props, o.members, o.entries} {
					add(list, depth+1, true)
				}
			}
			switch found := len(all) > before; {
			case inside && (known < 0 || known == bareCertificate): // of no use, or from anywhere
			case !found:
				all = append(all, v)
			case !slices.Contains(opened, v.typeName()):
				opened = append(opened, v.typeName())
			}
		}
	}
	add(values, 0, false)
	return all, opened
}
