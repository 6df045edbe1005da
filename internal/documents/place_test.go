package documents

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// onLines is a document whose lines are counted by hand.
const onLines = `{
  "schema_version": 1, "server": "EX01",
  "connectors": [
    {"name": "A", "auth_mechanisms": []},
    {
      "name": "B",
      "auth_mechanisms": [
        "Tls",
        "ExchangeServer"]}],
  "directory":
    {"readable": true, "internal_transport_certificate": null},
  "host": {"dns_fqdn": "a.test", "dns_host_name": "a", "physical_dns_fqdn": "a.test",
    "physical_dns_host_name": "a"},
  "certificates": [],
  "sources": {"odd key]\"": "x",
    "1": "y"}
}
`

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, Place{File: "forest.ndjson", Line: 17}, PlaceOf("forest.ndjson:17"))
	require.Equal(t, Place{File: `C:\documents\ex01.json`}, PlaceOf(`C:\documents\ex01.json`))
	require.Equal(t, Place{File: "stdin"}, PlaceOf("stdin"))
}

func TestLines(t *testing.T) {
	t.Parallel()
	tests := map[string]int{
		"":                                 1,
		"server":                           2,
		"connectors":                       3,
		"connectors[0]":                    4,
		"connectors[0].name":               4,
		"connectors[1]":                    5,
		"connectors[1].name":               6,
		"connectors[1].auth_mechanisms":    7,
		"connectors[1].auth_mechanisms[0]": 8,
		"connectors[1].auth_mechanisms[1]": 9,
		"directory":                        10,
		"directory.readable":               11,
		"host.physical_dns_host_name":      13,
		"certificates":                     14,
		`sources["odd key]\""]`:            15,
		`sources["1"]`:                     16,
		// A missing field is located at its parent.
		"connectors[1].fqdn":    5,
		"connectors[2].name":    3,
		"certificates[0].trust": 14,
		"phase":                 1,
		// An invalid path is followed as far as it is valid.
		"connectors[1]!":     5,
		"connectors[x].name": 3,
		"!":                  1,
		`sources["odd`:       15,
	}
	var paths []string
	var expected []int
	for path, line := range tests {
		require.Equal(t, []int{line}, lines([]byte(onLines), []string{path}), path)
		paths, expected = append(paths, path), append(expected, line)
	}
	require.Equal(t, expected, lines([]byte(onLines), paths), "all at once")
	require.Equal(t, []int{0, 0}, lines([]byte("Name: EX01"), []string{"", "server"}))
	require.Equal(t, []int{0}, lines(nil, []string{"server"}))
	require.Empty(t, lines([]byte(onLines), nil))
}

func TestPlacesInDocuments(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ex01.json")
	require.NoError(t, os.WriteFile(file, []byte("\ufeff\r\n\n"+strings.ReplaceAll(onLines, "\n", "\r\n")), 0o600))
	ndjson := compact("A") + "\n\n" + compact("B") + "\n"
	found := map[string][]Place{}
	for document, err := range Read([]string{file, "-"}, strings.NewReader(ndjson), Limits{}, nil) {
		require.NoError(t, err)
		found[document.Name] = document.Places([]string{"server", "host.dns_fqdn", "connectors[0]"})
	}
	require.Equal(t, map[string][]Place{
		file:      {{file, 4}, {file, 14}, {file, 6}},
		"stdin:1": {{"stdin", 1}, {"stdin", 1}, {"stdin", 1}},
		"stdin:3": {{"stdin", 3}, {"stdin", 3}, {"stdin", 3}},
	}, found)
}

func TestPlacesInGatheredDocuments(t *testing.T) {
	t.Parallel()
	folder, elsewhere := t.TempDir(), t.TempDir()
	xml, facts := filepath.Join(folder, "certificates.xml"), filepath.Join(elsewhere, "facts.json")
	require.NoError(t, os.WriteFile(xml, nil, 0o600))
	require.NoError(t, os.WriteFile(facts, []byte(onLines), 0o600))
	document := Document{Name: "EX01", Document: &gather.Document{Sources: map[string]string{
		"certificates": "clixml:certificates.xml, clixml:more.xml",
		"connectors":   "facts:facts.json, clixml:connectors.xml",
		"host":         "clixml:gone.xml",
		"directory":    "ldap:dc01.corp.contoso.test",
	}}}
	paths := []string{"certificates[0].not_after", "connectors[1].name", "connectors", "host.dns_fqdn", "directory.readable", "", "now"}
	at := func(file string, line int) Place { return Place{file, line} }
	require.Equal(t,
		[]Place{at(xml, 0), at(facts, 6), at(facts, 3), at("EX01", 0), at("EX01", 0), at("EX01", 0), at("EX01", 0)},
		document.Places(paths, elsewhere, folder, facts))
	require.Equal(t,
		[]Place{at(xml, 0), at("EX01", 0)},
		document.Places([]string{"certificates", "connectors"}, xml), "--exports can name a file")

	document.Sources["certificates"] = "store:" + filepath.Join(folder, "ex01.pfx")
	require.Equal(t, []Place{at(filepath.Join(folder, "ex01.pfx"), 0)}, document.Places([]string{"certificates[3].services"}))
}

// FuzzLines checks that each path leads to an existing line of the text.
func FuzzLines(f *testing.F) {
	f.Add([]byte(onLines), "connectors[1].auth_mechanisms[1]")
	f.Add([]byte("[[1,\n2]]"), "[0][1]")
	f.Fuzz(func(t *testing.T, text []byte, path string) {
		found := lines(text, []string{path, ""})
		last := bytes.Count(text, []byte("\n")) + 1
		require.LessOrEqual(t, found[0], last)
		require.GreaterOrEqual(t, found[0], found[1], "nothing comes before the document")
	})
}
