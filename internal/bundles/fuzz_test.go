package bundles

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/hostile"
)

// FuzzBundle asks of a bundle of any bytes, before it is zipped, that it is
// read within its bounds or refused, and that its files pack to the same again.
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

// FuzzKeys asks of any PEM that a key comes of it or an error without it.
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
