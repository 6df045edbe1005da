package exports

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// layout returns the files of the export script for servers EX01 to EX10, below
// a folder. The certificates do not name their servers.
func layout(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{root + "organization/send-connectors.xml": objs(obj("Selected.Unknown", el("S", "Name", "Internet")))}
	for i := range 10 {
		name := fmt.Sprintf("EX%02d", i+1)
		folder := root + "servers/" + name + "/"
		files[folder+"server.xml"] = objs(obj(typeServer, el("S", "Name", name), el("S", "Fqdn", strings.ToLower(name)+".corp.contoso.test")))
		files[folder+"connectors.xml"] = objs(obj(typeConnector, el("S", "Name", "Default "+name), el("S", "Server", name), el("S", "AuthMechanism", "ExchangeServer")))
		files[folder+"transport.xml"] = objs(obj(typeTransport, el("S", "Name", name), el("S", "InternalTransportCertificateThumbprint", rootThumbprint)))
		files[folder+"certificates.xml"] = objs(strings.Replace(certificateObj(t, el("B", "HasPrivateKey", "true"), el("S", "Services", "SMTP")), "Identity", "Other", 1))
	}
	return files
}

func mapFS(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, content := range files {
		all[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return all
}

// zipOf creates a zip file with these files, sorted by name.
func zipOf(t *testing.T, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "EX.zip")
	require.NoError(t, os.WriteFile(path, zipBytes(t, files), 0o600))
	return path
}

func zipBytes(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	require.NoError(t, w.AddFS(mapFS(files)))
	require.NoError(t, w.Close())
	return buffer.Bytes()
}

// all gathers from all servers.
func all(t *testing.T, g Gatherer) ([]*gather.Document, []string) {
	t.Helper()
	var reports []string
	dir := g.Dir
	g.Report = func(s string) {
		reports = append(reports, strings.ReplaceAll(filepath.ToSlash(s), filepath.ToSlash(dir), "DIR"))
	}
	docs, err := g.All(context.Background())
	require.NoError(t, err)
	return docs, reports
}

// The script's layout has the same result as a folder, as a zip file, and
// inside another folder.
func TestLayout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, mapFS(layout(t, ""))))
	around := t.TempDir()
	require.NoError(t, os.CopyFS(around, mapFS(layout(t, "TransportFacts-20261122T070000Z/"))))
	backslashes := map[string]string{}
	for name, content := range layout(t, "TransportFacts-20261122T070000Z/") {
		backslashes[strings.ReplaceAll(name, "/", `\`)] = content
	}
	for name, g := range map[string]Gatherer{
		"folder":              {Dir: dir},
		"folder around":       {Dir: around},
		"zip":                 {Dir: zipOf(t, layout(t, ""))},
		"zip, folder around":  {Dir: zipOf(t, layout(t, "TransportFacts-20261122T070000Z/"))},
		"zip, other capitals": {Dir: zipOf(t, layout(t, "")), Limits: Limits{Files: 53}}, // 41 files in 12 folders
		"zip, backslashes":    {Dir: zipOf(t, backslashes)},
		"file system":         {Dir: "memory", Files: mapFS(layout(t, ""))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			docs, reports := all(t, g)
			require.Len(t, reports, 1)
			require.Regexp(t, `^DIR/(TransportFacts-20261122T070000Z/)?organization/send-connectors.xml: skipped: 1 of the type Selected.Unknown$`, reports[0])
			require.Len(t, docs, 10)
			for i, doc := range docs {
				name := fmt.Sprintf("EX%02d", i+1)
				require.Equal(t, name, doc.Server)
				require.Equal(t, strings.ToLower(name)+".corp.contoso.test", doc.Host.DNSFQDN)
				require.Equal(t, "Default "+name, doc.Connectors[0].Name)
				require.Equal(t, rootThumbprint, *doc.Directory.InternalTransportCertificate)
				require.Equal(t, []string{rootThumbprint + ` unknown, key, [SMTP], ""`}, summary(doc.Certificates))
				require.Regexp(t, `^clixml:(TransportFacts-20261122T070000Z/)?servers/`+name+`/certificates.xml$`, doc.Sources["certificates"])
				one := gather.Document{SchemaVersion: gather.Version}
				g := g
				g.Server = name
				require.NoError(t, g.Gather(t.Context(), &one))
				require.Equal(t, doc, &one)
			}
		})
	}
}

// Links in a folder are followed: the administrator created them.
func TestLinks(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	require.NoError(t, os.CopyFS(elsewhere, mapFS(layout(t, ""))))
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "servers"), 0o700))
	if err := os.Symlink(filepath.Join(elsewhere, "servers", "EX01"), filepath.Join(dir, "servers", "EX07")); err != nil {
		t.Skip("no links here: ", err)
	}
	require.NoError(t, os.Symlink(filepath.Join(elsewhere, "servers", "EX02", "server.xml"), filepath.Join(dir, "b.xml")))
	docs, reports := all(t, Gatherer{Dir: dir})
	require.Len(t, docs, 3, "EX01 and EX02 by their objects, EX07 by its folder")
	require.Contains(t, reports, "DIR/servers/EX07/server.xml: object 1: it belongs to the server EX01, but is in the folder of EX07")
	require.Equal(t, "ex02.corp.contoso.test", docs[1].Host.DNSFQDN)

	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "c.xml")))
	_, err := Gatherer{Dir: dir}.All(t.Context())
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A name that is not UTF-8, which a foreign disk can contain, is skipped.
func TestNameIsNotUTF8(t *testing.T) {
	t.Parallel()
	dir := folder(t, one(connectorObj(el("S", "AuthMechanism", "Tls"))))
	if err := os.WriteFile(filepath.Join(dir, "B\xfcro.xml"), nil, 0o600); err != nil {
		t.Skip("no such names here: ", err)
	}
	doc, reports, err := run(t, dir, "")
	require.NoError(t, err)
	require.Len(t, doc.Connectors, 1)
	require.Equal(t, []string{"DIR/B\ufffdro.xml: skipped: its name is not UTF-8"}, reports)
}

// An error in one server's files affects only that server.
func TestLayoutDamage(t *testing.T) {
	t.Parallel()
	files := layout(t, "")
	files["servers/EX02/connectors.xml"] = files["servers/EX02/connectors.xml"][:200]
	files["servers/EX03/connectors.xml"] = objs(obj(typeConnector, el("S", "Name", "Default EX03"), el("S", "Server", "EX03")))
	files["servers/EX04/more.xml"] = objs(obj(typeConnector, el("S", "Name", "Relay"), el("S", "Server", "EX05"), el("S", "AuthMechanism", "Tls")))
	files["servers/EX11/error.txt"] = "RPC server unavailable"
	files["servers/notes.txt"] = "none"
	files["organization/hybrid.xml"] = "<Objs><Obj>"
	files["old/connectors.xml"] = files["servers/EX01/connectors.xml"]
	files["servers/EX01/old/connectors.xml"] = files["servers/EX01/connectors.xml"]
	delete(files, "organization/send-connectors.xml")
	g := Gatherer{Dir: zipOf(t, files)}
	docs, reports := all(t, g)
	require.Equal(t, []string{
		"DIR: skipped: old, servers/EX01/old: expected files, or the folders servers/NAME and organization",
		"DIR/organization/hybrid.xml: skipped: line 1: the text ends too early: expected the rest of the XML",
		"DIR/servers/EX04/more.xml: object 1: it belongs to the server EX05, but is in the folder of EX04",
		"DIR: skipped, not CLIXML: servers/EX11/error.txt, servers/notes.txt",
		"DIR/servers/EX02/connectors.xml: line 1: the text ends too early: expected the rest of the XML; nothing was gathered for this server",
		`DIR/servers/EX03/connectors.xml: object 1: connector "Default EX03": expected AuthMechanism`,
		"EX03: connectors not gathered, because not every object could be read",
	}, reports)
	require.Len(t, docs, 11)
	for _, doc := range docs {
		missing := map[string][]string{
			"EX02": {"connectors", "directory", "host", "certificates"}, "EX03": {"connectors"}, "EX11": {"connectors", "directory", "host", "certificates"},
		}
		require.Equal(t, missing[doc.Server], doc.Missing(), doc.Server)
	}
	require.Len(t, docs[4].Connectors, 2)

	g.Server = "ex02"
	require.EqualError(t, g.Gather(t.Context(), &gather.Document{}), g.Dir+"/servers/EX02/connectors.xml: line 1: the text ends too early: expected the rest of the XML")
	doc, reports, err := run(t, g.Dir, "EX01")
	require.NoError(t, err)
	require.Empty(t, doc.Missing())
	require.Contains(t, reports, "DIR/servers/EX02/connectors.xml: line 1: the text ends too early: expected the rest of the XML; nothing was gathered for this server")
}

// A limit applies to all servers: nothing is gathered beyond it.
func TestLayoutLimits(t *testing.T) {
	t.Parallel()
	for want, limits := range map[string]Limits{
		"expected at most 20 files, found 21":                                {Files: 20},
		"EX03/certificates.xml: line 1: expected at most 80 elements in all": {Elements: 80},
		"expected at most 3000 bytes of CLIXML in all files together":        {Bytes: 3000},
	} {
		_, err := Gatherer{Dir: "memory", Files: mapFS(layout(t, "")), Limits: limits}.All(t.Context())
		require.ErrorContains(t, err, want, "%+v", limits)
	}
}

// Zip files that are rejected before any of their content is read.
func TestHostileZip(t *testing.T) {
	t.Parallel()
	connectors := objs(connectorObj(el("S", "AuthMechanism", "Tls")))
	entries := func(headers ...zip.FileHeader) []byte {
		var buffer bytes.Buffer
		w := zip.NewWriter(&buffer)
		for _, header := range headers {
			file, err := w.CreateHeader(&header)
			require.NoError(t, err)
			if header.Name == "/" {
				continue
			}
			_, err = file.Write([]byte(connectors))
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		return buffer.Bytes()
	}
	named := func(names ...string) []byte {
		var headers []zip.FileHeader
		for _, name := range names {
			headers = append(headers, zip.FileHeader{Name: name})
		}
		return entries(headers...)
	}
	link := zip.FileHeader{Name: "link.xml"}
	link.SetMode(fs.ModeSymlink | 0o777)
	whole := named("a.xml")
	method := bytes.Clone(whole)
	method[bytes.Index(method, []byte("PK\x01\x02"))+10] = 9 // in the central directory
	flags := bytes.Clone(whole)
	flags[bytes.Index(flags, []byte("PK\x01\x02"))+8] |= 1
	checksum := entries(zip.FileHeader{Name: "a.xml", Method: zip.Store})
	checksum[bytes.Index(checksum, []byte("Default"))] = 'd'
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	bomb := zipBytes(t, map[string]string{"a.xml": "<Objs>" + strings.Repeat(" ", 8<<20) + "</Objs>"})
	limits := Limits{Files: 20, Bytes: 1 << 20}
	for name, test := range map[string]struct {
		data   []byte
		limits Limits
		want   string
	}{
		"no entry":           {named(), Limits{}, "EX.zip contains no object exported by Exchange; make the exports"},
		"cut":                {whole[:len(whole)-10], Limits{}, "EX.zip: the zip file ends too early or is damaged: expected its list of files at the end, before byte "},
		"path upwards":       {named("../a.xml"), Limits{}, `EX.zip: "../a.xml": expected a name inside the zip file`},
		"path upwards later": {named("servers/../../a.xml"), Limits{}, `"servers/../../a.xml": expected a name inside the zip file`},
		"backslashes":        {named(`servers\..\..\a.xml`), Limits{}, `"servers\\..\\..\\a.xml": expected a name inside the zip file`},
		"absolute":           {named("/etc/a.xml"), Limits{}, `"/etc/a.xml": expected a name inside the zip file`},
		"drive":              {named(`C:\a.xml`), Limits{}, `"C:\\a.xml": expected a name inside the zip file`},
		"line end":           {named("a\nerror: x.xml"), Limits{}, `"a\nerror: x.xml": expected a name inside the zip file`},
		"no name":            {named("/"), Limits{}, `"/": expected a name inside the zip file`},
		"name twice":         {named("a.xml", `.\a.xml`, "a.xml"), Limits{}, `".\\a.xml": expected unique names`},
		"file and folder":    {named("a", "a/b.xml"), Limits{}, "EX.zip: a: duplicate entries in zip file"},
		"link":               {entries(link), Limits{}, `"link.xml": expected a file or a folder, found a link or a device`},
		"password":           {flags, Limits{}, `"a.xml": expected a file without a password`},
		"other method":       {method, Limits{}, `"a.xml": expected a file that is stored or compressed with Deflate, found method 9`},
		"damaged content":    {checksum, Limits{}, "EX.zip/a.xml: zip: checksum error"},
		"too many files":     {named(many...), limits, "EX.zip: expected at most 20 files, found more"},
		"long directory":     {named(strings.Repeat("x", 60_000), strings.Repeat("y", 60_000), strings.Repeat("z", 60_000), strings.Repeat("w", 60_000), strings.Repeat("v", 60_000)), limits, "EX.zip: expected at most 20 files, found more"},
		"too large":          {bomb, limits, `"a.xml": expected at most 1048576 bytes in all files together`},
		"too large a file":   {append(whole, make([]byte, 1<<20)...), limits, "EX.zip: expected a zip file of at most 1048576 bytes, found"},
		"ratio":              {bomb, Limits{}, `"a.xml": expected a compression ratio of at most 250, found 8388621 bytes compressed to`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "EX.zip")
			require.NoError(t, os.WriteFile(path, test.data, 0o600))
			err := Gatherer{Dir: path, Limits: test.limits}.Gather(t.Context(), &gather.Document{})
			require.ErrorContains(t, err, test.want)
			require.Contains(t, err.Error(), path)
		})
	}

	t.Run("wrong size", func(t *testing.T) {
		t.Parallel()
		// The directory of the zip file says 100 bytes, but there are more.
		data := zipBytes(t, map[string]string{"a.xml": connectors})
		at := bytes.Index(data, []byte("PK\x01\x02")) + 24
		copy(data[at:], []byte{100, 0, 0, 0})
		path := filepath.Join(t.TempDir(), "EX.zip")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		require.ErrorContains(t, Gatherer{Dir: path}.Gather(t.Context(), &gather.Document{}), "EX.zip/a.xml: zip: not a valid zip file")
	})
}
