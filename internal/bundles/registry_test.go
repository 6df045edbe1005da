package bundles

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A malicious registry. A good one is in labs/opa.
func TestPullFromAHostileRegistry(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	const layer = `{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:%s", "size": %d}`
	anything := strings.Repeat("0", 64)
	tests := map[string]struct {
		manifest string // "layers" of the manifest
		blob     http.HandlerFunc
		expected string
	}{
		"no layer":      {manifest: "", expected: "expected a layer application/vnd.oci.image.layer.v1.tar+gzip, found none"},
		"a large layer": {manifest: fmt.Sprintf(layer, anything, maxBundle+1), expected: "expected at most 67108864 bytes, found 67108865"},
		"another layer": {
			manifest: fmt.Sprintf(layer, anything, 5),
			blob:     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "bytes") },
			expected: "mismatch",
		},
		"a longer layer": {
			manifest: fmt.Sprintf(layer, fmt.Sprintf("%x", sha256.Sum256([]byte("bytes"))), 5),
			blob:     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "bytes and more") },
			expected: "mismatch",
		},
		"no bundle": {
			manifest: fmt.Sprintf(layer, fmt.Sprintf("%x", sha256.Sum256([]byte("bytes"))), 5),
			blob:     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "bytes") },
			expected: "expected a gzipped tar archive",
		},
		"away from TLS": {
			manifest: fmt.Sprintf(layer, anything, 5),
			blob: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://127.0.0.1:1/blob", http.StatusTemporaryRedirect)
			},
			expected: "127.0.0.1:1: expected https",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			registry, reference := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/blobs/") {
					test.blob(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
				fmt.Fprintf(w, `{"schemaVersion": 2, "layers": [%s]}`, test.manifest)
			})
			_, _, err := registry.Pull(t.Context(), reference)
			require.ErrorContains(t, err, "pulling "+reference)
			require.ErrorContains(t, err, test.expected)
		})
	}
}

// A registry that redirects every request to itself.
func TestRedirectsEnd(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	var requests atomic.Int32
	registry, reference := serve(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
	})
	_, _, err := registry.Pull(t.Context(), reference)
	require.ErrorContains(t, err, "stopped after 10 redirects")
	require.LessOrEqual(t, requests.Load(), int32(2*maxRedirects))
	requests.Store(0)
	_, err = registry.Push(t.Context(), []byte("bytes"), reference)
	require.ErrorContains(t, err, "stopped after 10 redirects")
	require.LessOrEqual(t, requests.Load(), int32(2*maxRedirects))
}

func TestPasswordInAReference(t *testing.T) {
	t.Parallel()
	for _, reference := range []string{
		"oci://user:hunter2@registry.contoso.test/policies:v1",
		"oci://user:hunter2@registry.contoso.test/policies@sha256:" + strings.Repeat("0", 64),
		"oci://user:hun/hunter2@registry.contoso.test/policies:v1",
		"oci://user:hunter2@",
		"oci://user:hunter2@registry.contoso.test",
		"OCI://user:hunter2@registry.contoso.test/policies:v1",
		"https://user:hunter2@registry.contoso.test/policies:v1",
		"user:hunter2@registry.contoso.test/policies:v1",
	} {
		_, _, pullErr := Registry{}.Pull(t.Context(), reference)
		_, pushErr := Registry{}.Push(t.Context(), []byte("bytes"), reference)
		errs := []error{pullErr, pushErr}
		if remote, err := InRegistry(reference); strings.Contains(reference, "://") && !remote {
			errs = append(errs, err)
		}
		for _, err := range errs {
			require.ErrorContains(t, err, "expected", reference)
			require.NotContains(t, err.Error(), "hunter2")
		}
	}
}

func TestUntrustedRegistry(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	_, reference := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("asked without TLS") })
	for _, registry := range []Registry{{}, {PlainHTTP: true}} {
		_, _, err := registry.Pull(t.Context(), reference)
		require.Error(t, err)
		_, err = registry.Push(t.Context(), []byte("bytes"), reference)
		require.Error(t, err)
	}
}

// serve returns a registry with TLS and the name of a bundle in it.
func serve(t *testing.T, handler http.HandlerFunc) (Registry, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail on purpose
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(ca, text, 0o600))
	return Registry{CA: ca}, "oci://" + server.Listener.Addr().String() + "/policies:v1"
}

// keys returns the paths of a private key, as openssl ecparam writes it, and of
// its public key.
func keys(t *testing.T) (private, public string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	open, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	folder := t.TempDir()
	private, public = filepath.Join(folder, "private.pem"), filepath.Join(folder, "public.pem")
	secretText := append(
		pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22}}),
		pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret})...)
	require.NoError(t, os.WriteFile(private, secretText, 0o600))
	require.NoError(t, os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}), 0o600))
	return private, public
}
