package bundles

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/transportcert/transportcert/internal/hostile"
)

// FuzzBundle checks that a bundle of arbitrary files, before it is compressed,
// is read within the limits or rejected, and that packing its files again
// results in the same files.
func FuzzBundle(f *testing.F) {
	files := map[string][]byte{
		".manifest":        []byte(`{"roots": ["transportcert/custom"], "revision": "1", "rego_version": 1}`),
		"custom.rego":      []byte("package transportcert.custom\n\n# METADATA\n# title: x\nineligible contains x if some x in input.certificates\n"),
		"a/data.json":      []byte(`{"a": 1}`),
		"custom_test.rego": []byte("package transportcert.custom\n\ntest_x if true\n"),
	}
	packed, err := pack(files)
	require.NoError(f, err)
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(f, err)
	var archive bytes.Buffer
	_, err = archive.ReadFrom(zip)
	require.NoError(f, err)
	f.Add(archive.Bytes())
	f.Add(bytes.ReplaceAll(archive.Bytes(), []byte("a/data.json"), []byte("../x/y.json")))
	f.Add(bytes.ReplaceAll(archive.Bytes(), []byte(`{"a": 1}`), []byte(strings.Repeat("[", 8))))
	path := filepath.Join(f.TempDir(), "bundle.tar.gz")
	f.Fuzz(func(t *testing.T, archive []byte) {
		var data bytes.Buffer
		zip, err := gzip.NewWriterLevel(&data, gzip.NoCompression)
		require.NoError(t, err)
		_, err = zip.Write(archive)
		require.NoError(t, err)
		require.NoError(t, zip.Close())

		if files, err := unpack(data.Bytes()); err == nil {
			packed, err := pack(files)
			if err == nil { // not every name that is read can be written
				again, err := unpack(packed)
				require.NoError(t, err)
				require.Equal(t, files, again)
			}
		}
		require.NoError(t, os.WriteFile(path, data.Bytes(), 0o600))
		if read, err := Read(path, ""); err != nil {
			require.Contains(t, err.Error(), path)
		} else {
			require.NotNil(t, read.Manifest.Roots)
		}
	})
}

// FuzzKeys checks that any PEM results in a key or in an error that does not
// contain it.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"))
	f.Add([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"))
	path := filepath.Join(f.TempDir(), "key.pem")
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		if _, err := ReadSigningKey(path, func(sentence string) { hostile.Check(t, sentence) }); err != nil {
			hostile.Check(t, err.Error())
		}
		if _, err := ReadVerificationKey(path); err != nil {
			hostile.Check(t, err.Error())
		}
	})
}

// FuzzValues checks that the number of values counted before parsing is never
// too low.
func FuzzValues(f *testing.F) {
	for _, text := range []string{
		`{"a": [1, {"b": null}], "c\\\"": "],["}`, "[[],[{}],\"\\u0022,\",1e5]", "- a\n- - b\n  - ? c\n    : d\n- {e: f, g: [h]}\n",
		"a:\n  b: |\n    c\n  ? d\n", "x: 'it''s, [not]'\n--- 1\n...\n", "? - a\n: - b\n",
	} {
		f.Add([]byte(text))
	}
	f.Add([]byte("\xff\xfe-\x00 \x00-\x00 \x00-\x00 \x00a\x00"))
	f.Add([]byte("\xfe\xff\x00-\x00 \x00-\x00 \x00-\x00 \x00a"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var value any
		if json.Unmarshal(text, &value) == nil {
			require.GreaterOrEqual(t, valuesOfJSON(text), countValues(value))
		}
		value = nil
		if !bytes.ContainsAny(text, "&*") && yaml.Unmarshal(text, &value) == nil && len(text) > 0 {
			require.GreaterOrEqual(t, valuesOfYAML(text), countValues(value), "%q", text)
		}
	})
}

// countValues counts a value and its members.
func countValues(value any) int64 {
	count := int64(1)
	switch value := value.(type) {
	case []any:
		for _, inner := range value {
			count += countValues(inner)
		}
	case map[string]any:
		for _, inner := range value {
			count += countValues(inner)
		}
	case map[any]any:
		for _, inner := range value {
			count += countValues(inner)
		}
	}
	return count
}
