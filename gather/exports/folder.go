package exports

import (
	"context"
	"errors"
	"fmt"
	"os"
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

// An export is an object that a file of the folder holds.
type export struct {
	kind       kind
	server     string // NetBIOS name or FQDN; empty: it does not say
	path, file string // the file, with and without its folder
	number     int    // of the object in the file, from 1
	object     *object
	serialized serialized // of a certificate
}

// place says where the export stands, for errors and reports.
func (e *export) place() string { return fmt.Sprintf("%s: object %d", e.path, e.number) }

// load reads every file of the folder.
func (g Gatherer) load(ctx context.Context) ([]*export, error) {
	g.Limits = g.Limits.WithDefaults()
	paths, err := g.files()
	if err != nil {
		return nil, fmt.Errorf("exports: %w", err)
	}
	left := newBudget(g.Limits)
	var all []*export
	var others []string
	for _, path := range paths {
		if g.Except != "" && path == filepath.Clean(g.Except) {
			continue
		}
		values, err := readFile(ctx, path, left)
		other := notCLIXML{}
		switch {
		case errors.As(err, &other) && other.root != "":
			g.report("%s: left out: %v", path, err)
			continue
		case errors.As(err, &other) && !strings.HasSuffix(strings.ToLower(path), "xml"):
			others = append(others, filepath.Base(path))
			continue
		case err != nil:
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		found, err := g.classify(path, values)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(others) > 0 {
		g.report("%s: left out, not CLIXML: %s", g.Dir, strings.Join(others, ", "))
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no object that Exchange exported; %s", g.Dir, howToExport)
	}
	if slices.ContainsFunc(all, func(e *export) bool { return e.serialized.signed }) {
		g.report("the signature of SerializationData is not verified: the key belongs to the server")
	}
	return all, nil
}

// files returns the paths of the regular files in the folder, sorted.
func (g Gatherer) files() ([]string, error) {
	info, err := os.Stat(g.Dir)
	if err != nil || !info.IsDir() {
		return []string{g.Dir}, err
	}
	entries, err := os.ReadDir(g.Dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > g.Limits.Files {
		return nil, fmt.Errorf("%s: expected at most %d files, found %d", g.Dir, g.Limits.Files, len(entries))
	}
	var paths, folders []string
	for _, entry := range entries {
		path := filepath.Join(g.Dir, entry.Name())
		if info, err = os.Stat(path); err != nil { // follows links
			return nil, err
		}
		if info.Mode().IsRegular() {
			paths = append(paths, path)
		} else {
			folders = append(folders, entry.Name())
		}
	}
	if len(folders) > 0 {
		g.report("%s: left out, not a file: %s", g.Dir, strings.Join(folders, ", "))
	}
	return paths, nil
}

func readFile(ctx context.Context, path string, left *budget) ([]value, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return decodeCLIXML(ctx, file, left)
}

// classify tells the objects of a file by their types, and reports the others.
func (g Gatherer) classify(path string, values []value) ([]*export, error) {
	var found []*export
	var others []string
	count := map[string]int{}
	for i, v := range flatten(values, g.Limits.Depth) {
		e := &export{path: path, file: filepath.Base(path), number: i + 1, object: v.object}
		if !e.recognise() {
			name := v.typeName()
			if e.fromStore() {
				name += ", from a certificate store and not from the directory"
			}
			if count[name]++; count[name] == 1 {
				others = append(others, name)
			}
			continue
		}
		var err error
		if e.kind == certificate {
			if e.serialized, err = readSerialized(e.object, g.Limits.Records); err != nil {
				return nil, fmt.Errorf("%s: %w", e.place(), err)
			}
		}
		e.server = e.serverName()
		found = append(found, e)
	}
	const most = 20
	for _, name := range others[:min(most, len(others))] {
		g.report("%s: left out, %d of the type %s", path, count[name], name)
	}
	if len(others) > most {
		g.report("%s: left out, and those of %d more types", path, len(others)-most)
	}
	if len(values) == 0 {
		g.report("%s: holds no objects", path)
	}
	return found, nil
}

// recognise sets the export's kind where its object is one of those that count.
func (e *export) recognise() bool {
	for _, k := range kinds {
		if e.object != nil && e.object.is(k.typeName) {
			e.kind = k.kind
			return k.kind != bareCertificate || !e.fromStore()
		}
	}
	return false
}

// fromStore says whether the object is what Get-ChildItem shows of a
// certificate store, which is not what the directory holds.
func (e *export) fromStore() bool {
	if e.object == nil {
		return false
	}
	path, _ := e.object.property("PSParentPath")
	return strings.Contains(path.string(), "Certificate::")
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
