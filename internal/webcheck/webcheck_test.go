package webcheck

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	exportFixtures = "../../fixtures/exports"
	storeFixtures  = "../../fixtures/store"
	at             = "2026-11-22T07:00:00Z"
)

// filesIn returns the files of a folder as if it had been dropped under that
// name or, for an empty name, as if its files had been dropped.
func filesIn(t *testing.T, name, folder string) []File {
	t.Helper()
	var all []File
	require.NoError(t, filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		rest, _ := filepath.Rel(folder, file)
		all = append(all, File{Name: path.Join(name, filepath.ToSlash(rest)), Data: data})
		return err
	}))
	return all
}

func zipped(t *testing.T, name, folder string) File {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	require.NoError(t, w.AddFS(os.DirFS(folder)))
	require.NoError(t, w.Close())
	return File{Name: name, Data: data.Bytes()}
}

// checker is shared by all tests, so that the policies are compiled once.
var checker Checker

func check(t *testing.T, files ...File) *Result {
	t.Helper()
	result, err := checker.Check(t.Context(), files, Options{At: at})
	require.NoError(t, err)
	return result
}

func roles(r *Result) map[string]Role {
	all := map[string]Role{}
	for _, f := range r.Files {
		all[f.Name] = f.Role
	}
	return all
}

func names(r *Result) []string {
	var all []string
	for _, s := range r.Servers {
		all = append(all, s.Name)
	}
	return all
}

// A folder, its files and a zip file of it have the same results.
func TestHowExportsAreDropped(t *testing.T) {
	folder := filepath.Join(exportFixtures, "two-servers")
	inZip, inFolder := check(t, zipped(t, "a.zip", folder)), check(t, filesIn(t, "a", folder)...)
	alone := check(t, filesIn(t, "", folder)...)
	require.Equal(t, []string{"EX01", "EX02"}, names(inZip))
	for _, other := range []*Result{inFolder, alone} {
		for i := range other.checked {
			require.Equal(t, inZip.checked[i].Findings, other.checked[i].Findings)
		}
		require.Equal(t, len(inZip.Servers), len(other.Servers))
	}
	require.Equal(t, []string{
		"certificates.xml: certificates of EX01 (5)", "certificates.xml: certificates of EX02 (5)",
		"connectors.xml: Receive connectors of EX01 (4)", "connectors.xml: Receive connectors of EX02 (3)",
		"server.xml: names, version and roles of EX01 (1)", "server.xml: names, version and roles of EX02 (1)",
		"transport.xml: internal transport certificate of EX01 (1)", "transport.xml: internal transport certificate of EX02 (1)",
	}, inZip.Files[0].Holds)
}

// Everything at once: each file is recognized by its content.
func TestRoles(t *testing.T) {
	files := filesIn(t, "exports", filepath.Join(exportFixtures, "two-servers"))
	files = slices.DeleteFunc(files, func(f File) bool { return strings.HasSuffix(f.Name, "certificates.xml") })
	files = append(files, filesIn(t, "", filepath.Join(exportFixtures, "roots"))...)
	files = append(files, filesIn(t, "stores/ex01", filepath.Join(storeFixtures, "pem"))...)
	files = append(files, filesIn(t, "stores/EX02", filepath.Join(storeFixtures, "p7b"))...)
	document, err := os.ReadFile("../../fixtures/194-server-all-events/input.json")
	require.NoError(t, err)
	files = append(files,
		File{Name: "ex03.json", Data: document},
		File{Name: "facts.json", Data: []byte(`{"hybrid": {"tls_certificate_name": null}}`)},
		File{Name: "waivers.yaml", Data: []byte("- {rule_id: TC001, server: EX01, reason: known, expires: 2027-01-01}\n")},
		File{Name: "notes.txt", Data: []byte("notes")},
	)
	r := check(t, files...)
	for name, role := range map[string]Role{
		"exports/connectors.xml": Export, "contoso-root.pem": Roots, "stores/ex01/services.json": Services, "stores/ex01/mail.crt": Certificates,
		"stores/ex01/mail.key": Certificates, "stores/EX02/ex01.p7b": Certificates, "ex03.json": Documents, "facts.json": Facts,
		"waivers.yaml": Waivers, "notes.txt": Unknown,
	} {
		require.Equal(t, role, roles(r)[name], name)
	}
	require.Empty(t, r.Failed)
	require.Len(t, r.Servers, 3)
	for _, checked := range r.checked[:2] {
		require.Contains(t, checked.Facts.Sources["certificates"], "store:"+storeFolder+"/stores")
		require.NotNil(t, checked.Facts.Hybrid)
	}
	require.Contains(t, strings.Join(r.Notes, "\n"), "notes.txt: skipped: it is not an export")
}

// The same PEM is used for the store or as roots, as selected.
func TestChosenRole(t *testing.T) {
	folder := filepath.Join(exportFixtures, "remote")
	root := filesIn(t, "", filepath.Join(exportFixtures, "roots"))[0]
	trusted := check(t, zipped(t, "a.zip", folder), root)
	require.Zero(t, trusted.Servers[0].UnknownTrust)
	root.Role = Certificates
	stored := check(t, zipped(t, "a.zip", folder), root)
	require.Len(t, stored.checked[0].Facts.Certificates, 1)
	require.Equal(t, []Role{Certificates, Roots}, stored.Files[1].Roles)
}

func TestPFX(t *testing.T) {
	folder := filepath.Join(exportFixtures, "remote")
	pfx := filesIn(t, "", filepath.Join(storeFixtures, "pfx"))[0]
	failed := check(t, zipped(t, "a.zip", folder), pfx)
	require.Contains(t, failed.Failed[0].Message, "certificate files/ex01.pfx: it is password-protected, and no password was given")
	pfx.Password = []byte("wrong")
	require.Contains(t, check(t, zipped(t, "a.zip", folder), pfx).Failed[0].Message, "ex01.pfx: its password is wrong")
	pfx.Password = []byte("Contoso-2026")
	opened := check(t, zipped(t, "a.zip", folder), pfx)
	require.Empty(t, opened.Failed)
	require.True(t, *opened.checked[0].Facts.Certificates[0].HasPrivateKey)
}

// For missing sections, the result includes the command that exports them.
func TestMissing(t *testing.T) {
	files := slices.DeleteFunc(filesIn(t, "", filepath.Join(exportFixtures, "remote")), func(f File) bool { return f.Name == "connectors.xml" })
	r := check(t, files...)
	require.Empty(t, r.Servers)
	require.Equal(t, []Section{{"connectors", "Get-ReceiveConnector -Server $env:COMPUTERNAME | Export-Clixml connectors.xml"}}, r.Failed[0].Missing)
}

func TestErrors(t *testing.T) {
	const remote = exportFixtures + "/remote"
	for name, test := range map[string]struct {
		files    []File
		options  Options
		expected string // of the error, or of the only failure
	}{
		"nothing":         {nil, Options{}, "expected exports of the Exchange Management Shell or documents, found none"},
		"a name twice":    {[]File{{Name: "a"}, {Name: "a"}}, Options{}, "a: expected unique names"},
		"a name outside":  {[]File{{Name: "../a"}}, Options{}, "expected a name without .."},
		"no time":         {nil, Options{At: "tomorrow"}, "time: expected YYYY-MM-DDThh:mm:ssZ"},
		"no procedure":    {nil, Options{Procedure: "2009"}, "procedure: expected one of 2007, 2010, 2016"},
		"a broken zip":    {[]File{{Name: "a.zip", Data: []byte("PK\x03\x04 and nothing else")}}, Options{}, "exports: a.zip: the zip file ends too early or is damaged: expected its list of files at the end, before byte 21"},
		"a broken export": {append(filesIn(t, "", remote), File{Name: "a.xml", Data: []byte(`<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj`)}), Options{}, "a.xml: "},
		"broken JSON":     {[]File{{Name: "a.json", Data: []byte(`{"server": `)}}, Options{}, "a.json"},
		"partial":         {[]File{{Name: "a.json", Data: []byte(`{"server": "EX01"}`)}}, Options{}, "a.json:1: schema_version: missing"},
		"broken waivers":  {[]File{zipped(t, "a.zip", remote), {Name: "w.json", Data: []byte(`[{}]`)}}, Options{}, "reading waivers: w.json: line 1: [0].rule_id: missing"},
		"broken roots":    {[]File{zipped(t, "a.zip", remote), {Name: "r.pem", Role: Roots, Data: []byte("-----BEGIN CERTIFICATE-----\n")}}, Options{}, "r.pem: block 1: damaged PEM"},
		"facts twice":     {[]File{zipped(t, "a.zip", remote), {Name: "f.json", Data: []byte("{}")}, {Name: "g.json", Data: []byte("{}")}}, Options{}, "f.json, g.json: expected one file of facts, found 2"},
		"facts of one of two servers": {[]File{zipped(t, "a.zip", exportFixtures+"/two-servers"), {Name: "f.json", Data: []byte(`{"server":"EX01"}`)}}, Options{},
			"f.json: expected only facts about the organization"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := checker.Check(t.Context(), test.files, test.options)
			if err != nil {
				require.ErrorContains(t, err, test.expected)
				return
			}
			require.Empty(t, r.Servers)
			require.Len(t, r.Failed, 1)
			require.Contains(t, r.Failed[0].Message, test.expected)
		})
	}
}

// An edit is applied to one server, and an edit that Exchange would reject is an
// error.
func TestWhatIf(t *testing.T) {
	r := check(t, zipped(t, "a.zip", exportFixtures+"/remote"), filesIn(t, "", filepath.Join(exportFixtures, "roots"))[0])
	internal := *r.checked[0].Facts.Directory.InternalTransportCertificate
	added := filesIn(t, "", filepath.Join(storeFixtures, "pem"))
	added = added[slices.IndexFunc(added, func(f File) bool { return f.Name == "mail.crt" }):]
	for name, test := range map[string]struct {
		edit     Edit
		file     *File
		expected string
	}{
		"renew":     {Edit{Flag: "renew", Thumbprint: internal}, nil, "--renew " + internal},
		"enable":    {Edit{Flag: "enable", Thumbprint: internal, Overwrite: true}, nil, "=SMTP --overwrite-default"},
		"add":       {Edit{Flag: "add", SMTP: true}, &added[0], "--add mail.crt --services SMTP --keep-default"},
		"remove":    {Edit{Flag: "remove", Thumbprint: internal}, nil, "internal transport certificate"},
		"no file":   {Edit{Flag: "add"}, nil, "expected a file that contains the certificate"},
		"no flag":   {Edit{Flag: "rename"}, nil, `found "rename"`},
		"no server": {Edit{Flag: "renew", Server: 1}, nil, "server: expected one of 1, found number 2"},
	} {
		t.Run(name, func(t *testing.T) {
			var text, json bytes.Buffer
			if err := r.WhatIf(t.Context(), &text, &json, test.edit, test.file); err != nil {
				require.ErrorContains(t, err, test.expected)
				require.Empty(t, text.String())
				return
			}
			require.Contains(t, text.String(), test.expected)
			require.Contains(t, json.String(), `"before"`)
		})
	}
}
