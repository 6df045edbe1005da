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

	"github.com/rogpeppe/go-internal/testscript"
)

// keys writes key pairs of each kind: rsa.pem with rsa.pub, other (RSA too), ec and
// ed25519.
func keys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: keys")
	}
	first, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	ts.Check(err)
	for name, key := range map[string]crypto.Signer{"rsa": first, "other": other, "ec": ec, "ed25519": ed} {
		private, err := x509.MarshalPKCS8PrivateKey(key)
		ts.Check(err)
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs(name+".pub"), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644))
	}
}

// tamper changes a text, in a bundle, to one of the same length: tamper FILE OLD NEW.
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
