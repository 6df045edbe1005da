package bundles

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"
)

// Keys are read in the encodings that Windows PowerShell writes, like all PEM
// files.
func TestKeysWithByteOrderMarks(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	data, err := Build(t.Context(), Options{})
	require.NoError(t, err)
	folder := t.TempDir()
	write := func(name, kind string, der []byte, encode func([]byte) []byte) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, encode(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})), 0o600))
		return path
	}
	for name, encode := range map[string]func([]byte) []byte{
		"plain": func(text []byte) []byte { return text },
		"UTF-8": func(text []byte) []byte { return append([]byte("\ufeff"), text...) },
		"UTF-16": func(text []byte) []byte {
			encoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
			require.NoError(t, err)
			return encoded
		},
	} {
		signing, err := ReadSigningKey(write(name+".key", "PRIVATE KEY", private, encode), func(sentence string) { t.Error(sentence) })
		require.NoError(t, err, name)
		require.Equal(t, "ES256", signing.Algorithm, name)
		verification, err := ReadVerificationKey(write(name+".pub", "PUBLIC KEY", public, encode))
		require.NoError(t, err, name)

		signed, err := Sign(t.Context(), data, signing)
		require.NoError(t, err, name)
		_, err = Verify(t.Context(), signed, verification)
		require.NoError(t, err, name)
	}
}
