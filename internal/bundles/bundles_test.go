package bundles

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/policies"
	"github.com/transportcert/transportcert/policies/schemas"
)

func TestBuild(t *testing.T) {
	t.Parallel()
	data, err := Build(t.Context(), Options{Revision: "v1"})
	require.NoError(t, err)
	files, err := unpack(data)
	require.NoError(t, err)
	require.Equal(t, schemas.Input, files["schemas/input.json"])
	require.Equal(t, schemas.Decision, files["schemas/decision.json"])
	require.JSONEq(t, "{}", string(files["data.json"]))
	for name := range files {
		require.NotContains(t, name, "_test.rego")
	}
	rule, err := policies.FS.ReadFile("transportcert/inbound_anonymous/decision.rego")
	require.NoError(t, err)
	require.Equal(t, string(rule), string(files["transportcert/inbound_anonymous/decision.rego"]))

	var manifest bundle.Manifest
	require.NoError(t, json.Unmarshal(files[".manifest"], &manifest))
	require.Equal(t, "v1", manifest.Revision)
	require.Equal(t, 1, *manifest.RegoVersion)
	require.Contains(t, *manifest.Roots, "transportcert/inbound_anonymous")
	for _, taken := range []string{"", "transportcert", "transportcert/custom", "transportcert/waivers"} {
		require.NotContains(t, *manifest.Roots, taken)
	}
}

func TestRoots(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	rule := write("rule.rego", "package transportcert.custom.deep\nx := 1")
	config := write("config.json", `{"transportcert": {"custom": {"config": {"minimum_key_bits": 3072}}}}`)
	waivers := write("waivers.json", `{"transportcert": {"waivers": []}}`)
	shipped, err := Shipped()
	require.NoError(t, err)
	tests := map[string]struct {
		options  Options
		expected []string
	}{
		"nothing":          {Options{}, nil},
		"a rule":           {Options{Policies: []string{rule}}, []string{"transportcert/custom"}},
		"a threshold":      {Options{Data: []string{config}}, []string{"transportcert/custom"}},
		"waivers":          {Options{Data: []string{waivers}}, []string{"transportcert/waivers"}},
		"everything":       {Options{Policies: []string{rule}, Data: []string{config, waivers}}, []string{"transportcert/custom", "transportcert/waivers"}},
		"data as a policy": {Options{Policies: []string{waivers}}, []string{"transportcert/waivers"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			data, err := Build(t.Context(), test.options)
			require.NoError(t, err)
			read, err := bundle.NewReader(bytes.NewReader(data)).Read()
			require.NoError(t, err)
			require.ElementsMatch(t, append(*shipped.Manifest.Roots, test.expected...), *read.Manifest.Roots)
		})
	}
}

// The METADATA is kept when a bundle is read, for rules that read their own.
func TestABundleHasItsMetadata(t *testing.T) {
	t.Parallel()
	data, err := Build(t.Context(), Options{})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	read, err := Read(path, "")
	require.NoError(t, err)
	titles := map[string]bool{}
	for _, module := range read.Modules {
		for _, annotations := range module.Parsed.Annotations {
			titles[annotations.Title] = true
		}
	}
	require.True(t, titles["Event 1037"])
}

func TestAnArchiveIsBounded(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data     []byte
		expected string
	}{
		"nothing":     {nil, "expected a gzipped tar archive"},
		"large":       {make([]byte, maxBundle+1), "expected at most 67108864 bytes"},
		"a bomb":      {archive(t, &tar.Header{Name: "data.json", Typeflag: tar.TypeReg, Size: maxFiles}), "expected at most 67108864 bytes in its files"},
		"cut off":     {archive(t, &tar.Header{Name: "data.json", Typeflag: tar.TypeReg, Size: 4096})[:30], "expected a gzipped tar archive"},
		"a link":      {archive(t, &tar.Header{Name: "data.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), "data.json: expected a file or a folder"},
		"a file, two": {archive(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, &tar.Header{Name: "a", Typeflag: tar.TypeReg}), "a: expected unique file names"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "bundle.tar.gz")
			require.NoError(t, os.WriteFile(path, test.data, 0o600))
			_, err := ReadFile(path)
			require.ErrorContains(t, err, "reading the bundle "+path)
			require.ErrorContains(t, err, test.expected)
			_, err = Read(path, "")
			require.ErrorContains(t, err, test.expected)
		})
	}
}

// A signature also covers files that OPA does not read, and third-party bundles
// whose names begin with a slash.
func TestSignEveryFile(t *testing.T) {
	t.Parallel()
	foreign := archive(t, &tar.Header{Name: "/x", Typeflag: tar.TypeDir}, &tar.Header{Name: "/x/README.md", Typeflag: tar.TypeReg, Size: 3})
	private, public := keys(t)
	key, err := ReadSigningKey(private, func(sentence string) { t.Error(sentence) })
	require.NoError(t, err)
	require.Equal(t, "ES384", key.Algorithm)
	signed, err := Sign(t.Context(), foreign, key)
	require.NoError(t, err)
	verification, err := ReadVerificationKey(public)
	require.NoError(t, err)
	_, err = Verify(t.Context(), signed, verification)
	require.NoError(t, err)

	files, err := unpack(signed)
	require.NoError(t, err)
	require.Equal(t, make([]byte, 3), files["/x/README.md"])
	files["/x/README.md"] = []byte("new")
	changed, err := pack(files)
	require.NoError(t, err)
	_, err = Verify(t.Context(), changed, verification)
	require.ErrorContains(t, err, "x/README.md: digest mismatch")
	delete(files, "/x/README.md")
	changed, err = pack(files)
	require.NoError(t, err)
	_, err = Verify(t.Context(), changed, verification)
	require.ErrorContains(t, err, "not found in the target bundle")
}

// archive returns a gzipped tar archive of zeros.
func archive(t *testing.T, headers ...*tar.Header) []byte {
	t.Helper()
	var data bytes.Buffer
	zip := gzip.NewWriter(&data)
	files := tar.NewWriter(zip)
	for _, header := range headers {
		require.NoError(t, files.WriteHeader(header))
		zeros := make([]byte, 1<<20)
		for left := header.Size; left > 0; left -= int64(len(zeros)) {
			_, err := files.Write(zeros[:min(left, int64(len(zeros)))])
			require.NoError(t, err)
		}
	}
	require.NoError(t, files.Close())
	require.NoError(t, zip.Close())
	return data.Bytes()
}

// OPA treats a rule of a missing package as undefined, without an error.
func TestTheDecisionHasWhatItNeeds(t *testing.T) {
	t.Parallel()
	decision, err := ShippedDecision()
	require.NoError(t, err)
	imports := map[string]map[string]bool{}
	for _, module := range decision.Modules {
		path := module.Parsed.Package.Path.String()
		if imports[path] == nil {
			imports[path] = map[string]bool{}
		}
		for _, one := range module.Parsed.Imports {
			imports[path][one.Path.String()] = true
		}
	}
	reached := map[string]bool{}
	var reach func(path, from string)
	reach = func(path, from string) {
		require.NotNil(t, imports[path], "%s imports %s, which is left out", from, path)
		if reached[path] {
			return
		}
		reached[path] = true
		for next := range imports[path] {
			reach(next, path)
		}
	}
	reach("data.transportcert.server", "the decision")
	require.Len(t, reached, len(imports), "what is there is needed")
}
