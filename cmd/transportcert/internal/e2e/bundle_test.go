package e2e_test

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// The scripts have key pairs of each kind: rsa.pem with rsa.pub, other.pem
// (RSA too), ec.pem, ed25519.pem; and the command "tamper FILE OLD NEW" that
// changes a text, as long as the old one, in a bundle.
func TestBundleScripts(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Abs("../../../../fixtures")
	require.NoError(t, err)
	first, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys := map[string]crypto.Signer{"rsa": first, "other": other, "ec": ec, "ed25519": ed}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/bundle",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FIXTURES", fixtures)
			for name, key := range keys {
				if err := writeKeys(filepath.Join(env.WorkDir, name), key); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "tamper": tamper},
	})
}

func writeKeys(path string, key crypto.Signer) error {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(path+".pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644)
}

func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[1]) != len(args[2]) {
		ts.Fatalf("usage: tamper FILE OLD NEW")
	}
	zip, err := gzip.NewReader(bytes.NewReader([]byte(ts.ReadFile(args[0]))))
	ts.Check(err)
	archive, err := io.ReadAll(zip)
	ts.Check(err)
	changed := bytes.ReplaceAll(archive, []byte(args[1]), []byte(args[2]))
	if bytes.Equal(archive, changed) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	var text bytes.Buffer
	out := gzip.NewWriter(&text)
	_, err = out.Write(changed)
	ts.Check(err)
	ts.Check(out.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text.Bytes(), 0o644))
}
