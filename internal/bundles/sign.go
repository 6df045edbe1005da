package bundles

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/util"

	"github.com/transportcert/transportcert/internal/files"
)

// KeyID is the name of the key in a signature, and OPA's default name for the
// key of its --verification-key.
const KeyID = "default"

// maxKey limits the size of a file with a key, in bytes.
const maxKey = 1 << 20

const signatures = ".signatures.json"

// ReadSigningKey reads a private RSA or ECDSA key from a PEM file. The type of
// the key determines the signature algorithm (RS256, ES256, ES384, ES512).
// report is called if users other than the owner have access to the file.
func ReadSigningKey(path string, report func(sentence string)) (*bundle.SigningConfig, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the signing key: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && runtime.GOOS != "windows" {
		report(fmt.Sprintf("users other than its owner have access to the signing key %s (mode %04o): chmod 600 %[1]s", path, info.Mode().Perm()))
	}
	block, err := readKey(path, "PRIVATE KEY")
	if err != nil {
		return nil, fmt.Errorf("reading the signing key: %w", err)
	}
	signing := bundle.NewSigningConfig(string(pem.EncodeToMemory(block)), "", "")
	key, err := signing.GetPrivateKey()
	if err != nil {
		return nil, fmt.Errorf("reading the signing key %s: expected a private key without a password: %w", path, err)
	}
	if signer, ok := key.(crypto.Signer); ok {
		signing.Algorithm, err = algorithmOf(signer.Public())
	}
	if err != nil {
		return nil, fmt.Errorf("reading the signing key %s: %w", path, err)
	}
	return signing, nil
}

// readKey returns the first PEM block of a kind. openssl ecparam writes a
// different block before the key.
func readKey(path, kind string) (*pem.Block, error) {
	data, err := files.Read(path, maxKey)
	if err != nil {
		return nil, err
	}
	blocks, err := files.PEM(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, block := range blocks {
		switch {
		case block.Err != nil:
			return nil, fmt.Errorf("%s: %w", path, block.Err)
		case strings.HasSuffix(block.Type, kind):
			return &block.Block, nil
		}
	}
	if len(blocks) > 0 && kind == "PUBLIC KEY" && strings.HasSuffix(blocks[0].Type, "PRIVATE KEY") {
		return nil, fmt.Errorf("%s: %w", path, ErrPrivateKey)
	}
	return nil, fmt.Errorf("%s: expected PEM with a %s", path, strings.ToLower(kind))
}

// ErrPrivateKey is the error for a private key where a public one is expected.
var ErrPrivateKey = errors.New("expected PEM with a public key, found a private key")

// ReadVerificationKey reads a public RSA or ECDSA key from a PEM file. The type
// of the key determines the signature algorithm.
func ReadVerificationKey(path string) (*bundle.VerificationConfig, error) {
	block, err := readKey(path, "PUBLIC KEY")
	if err != nil {
		return nil, fmt.Errorf("reading the verification key: %w", err)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the verification key %s: expected a PKIX public key: %w", path, err)
	}
	algorithm, err := algorithmOf(key)
	if err != nil {
		return nil, fmt.Errorf("reading the verification key %s: %w", path, err)
	}
	keys := map[string]*bundle.KeyConfig{KeyID: {Key: string(pem.EncodeToMemory(block)), Algorithm: algorithm}}
	return bundle.NewVerificationConfig(keys, KeyID, "", nil), nil
}

// algorithmOf returns the signature algorithm for the type of a public key.
func algorithmOf(key any) (string, error) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return "RS256", nil
	case *ecdsa.PublicKey:
		if algorithm, ok := map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[key.Curve.Params().BitSize]; ok {
			return algorithm, nil
		}
	}
	return "", fmt.Errorf("expected an RSA or ECDSA key (P-256, P-384, P-521), found %T", key)
}

// Sign returns a bundle with OPA's signature over every file, which replaces
// any existing signature. With an RSA key, the same bundle always produces the
// same bytes.
func Sign(ctx context.Context, data []byte, key *bundle.SigningConfig) ([]byte, error) {
	return Bounded(ctx, func() ([]byte, error) { return sign(data, key) })
}

func sign(data []byte, key *bundle.SigningConfig) ([]byte, error) {
	files, err := unpack(data)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return bundle.IsSignaturesFile(name) })
	hasher, err := bundle.NewSignatureHasher(bundle.SHA256)
	if err != nil {
		return nil, err
	}
	var signed []bundle.FileInfo
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var content any = files[name]
		if bundle.IsStructuredDoc(name) {
			if err := util.Unmarshal(files[name], &content); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		sum, err := hasher.HashFile(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		signed = append(signed, bundle.NewFile(strings.TrimPrefix(name, "/"), hex.EncodeToString(sum), bundle.SHA256.String()))
	}
	token, err := bundle.GenerateSignedToken(signed, key, KeyID)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	if files[signatures], err = json.Marshal(bundle.SignaturesConfig{Signatures: []string{token}}); err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return pack(files)
}

// Verify returns the revision of a bundle that is signed with the key. It fails
// if the bundle is not, or if OPA cannot read its content.
func Verify(ctx context.Context, data []byte, key *bundle.VerificationConfig) (revision string, err error) {
	return Bounded(ctx, func() (string, error) {
		verified, err := bundle.NewReader(bytes.NewReader(data)).WithBundleVerificationConfig(key).Read()
		return verified.Manifest.Revision, err
	})
}
