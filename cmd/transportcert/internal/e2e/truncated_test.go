//go:build unix

package e2e_test

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// A truncated file is an error that names it and says that it ends too early,
// and no decision, whatever is in it and wherever it is cut off.
func TestTruncatedFile(t *testing.T) {
	t.Parallel()
	fixture := func(path string) string {
		text, err := os.ReadFile("../../../../fixtures/" + path)
		require.NoError(t, err)
		return string(bytes.TrimSpace(text))
	}
	made := t.TempDir()
	document := filepath.Join(made, "EX01.json")
	put(t, document, fixture("58-mismatch-in-session/input.json"))
	for _, script := range []string{
		`cd "$1" && transportcert bundle build > bundle.tar.gz`,
		`cd "$1" && transportcert check --fail-on none -o json EX01.json > baseline.json`,
	} {
		require.Zero(t, shell(t, script, made).code)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(made, name))
		require.NoError(t, err)
		return string(bytes.TrimSpace(text))
	}
	var zipped bytes.Buffer
	w := zip.NewWriter(&zipped)
	require.NoError(t, w.AddFS(os.DirFS("../../../../fixtures/exports/remote")))
	require.NoError(t, w.Close())
	const (
		json = `byte \d+ \(line \d+, column \d+\): the text ends too early: expected the rest of the JSON`
		xml  = `line \d+: the text ends too early: expected the rest of the XML`
		der  = `it is truncated: expected \d+ bytes, found \d+`
		pem  = `damaged PEM: expected base64 and an END line that matches the BEGIN line`
		list = `the zip file ends too early or is damaged: expected its list of files at the end, before byte \d+`
	)
	for name, test := range map[string]struct {
		whole, file string
		args        []string // then the file, or its folder where the last one ends in "/"
		expected    string
	}{
		"document":         {read("EX01.json"), "ex.json", []string{"evaluate"}, json},
		"folder":           {read("EX01.json"), "ex.json", []string{"check", "/"}, json},
		"facts":            {read("EX01.json"), "ex.json", []string{"gather", "--exports", "../../../../fixtures/exports/remote", "--facts"}, json},
		"export":           {fixture("exports/remote/certificates.xml"), "certificates.xml", []string{"gather", "--exports", "/"}, xml},
		"export of server": {fixture("exports/remote/server.xml"), "server.xml", []string{"evaluate", "--exports", "/"}, xml},
		"zip file":         {zipped.String(), "EX01.zip", []string{"gather", "--exports"}, list},
		"pfx":              {fixture("store/pfx/ex01.pfx"), "ex01.pfx", []string{"gather", "--host", "EX01", "--store"}, der},
		"roots":            {fixture("exports/roots/contoso-root.pem"), "roots.pem", []string{"gather", "--exports", "../../../../fixtures/exports/remote", "--roots"}, pem},
		"JSON waivers":     {`{"waivers": []}`, "waivers.json", []string{"check", document, "--waivers"}, `byte \d+: the text ends too early: expected the rest of the JSON or YAML`},
		"YAML waivers":     {`- {rule_id: TC022, server: EX01, reason: "why", expires: "2027-01-01"}`, "waivers.yaml", []string{"check", document, "--waivers"}, `the text ends too early|yaml: line 1: did not find expected`},
		"baseline":         {read("baseline.json"), "baseline.json", []string{"check", document, "--baseline"}, `byte \d+: the text ends too early: expected the output of 'transportcert check -o json'`},
		"bundle":           {read("bundle.tar.gz"), "bundle.tar.gz", []string{"evaluate", document, "--bundle"}, `byte \d+: the file ends too early: expected a gzipped tar archive`},
		"data of policies": {`{"transportcert": {"waivers": []}}`, "data.json", []string{"check", document, "--policy", "/"}, `the text ends too early: expected the rest of the JSON`},
		"Rego":             {"package transportcert.custom\n\nfindings := [{}]", "custom.rego", []string{"check", document, "--policy", "/"}, `rego_parse_error|expected package transportcert.custom`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), test.file)
			args := append([]string{}, test.args...)
			if last := len(args) - 1; args[last] == "/" {
				args[last] = filepath.Dir(path)
			} else {
				args = append(args, path)
			}
			for _, n := range []int{len(test.whole) / 10, len(test.whole) / 2, len(test.whole) * 9 / 10, len(test.whole) - 1} {
				put(t, path, test.whole[:n])
				ended := program(t, "", args...)
				require.Equal(t, exitError, ended.code, "%d bytes: %s", n, ended.stderr)
				require.NotContains(t, ended.stdout, "EX01 at ", "%d bytes", n)
				require.Regexp(t, regexp.QuoteMeta(path)+`(:\d+)?: `, ended.stderr)
				require.Regexp(t, test.expected, ended.stderr, "%d bytes", n)
			}
		})
	}
}
