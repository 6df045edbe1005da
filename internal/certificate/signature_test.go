package certificate_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
)

// If a signature could not be verified, the result is unknown. False must be
// certain.
func TestSelfSigned(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	key := forge.RSAKey()
	sha256 := []int{2, 16, 840, 1, 101, 3, 4, 2, 1}
	pss := &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}
	null := []byte{der.TagNull, 0}
	for name, c := range map[string]struct {
		recipe forge.Recipe
		want   *bool // nil: unknown
		note   string
	}{
		"RSA":                          {forge.Recipe{Key: key, Hash: crypto.SHA256}, &yes, ""},
		"RSA signed by another key":    {forge.Recipe{Key: key, Hash: crypto.SHA256, SPKI: forge.RSASPKI(t, &otherRSA(t).PublicKey, forge.OID(t, 1, 2, 840, 113549, 1, 1, 1), null)}, &no, ""},
		"RSASSA-PSS":                   {forge.Recipe{Key: key, Hash: crypto.SHA256, Options: pss, Algorithm: forge.PSS(t, sha256...)}, &yes, ""},
		"RSASSA-PSS with another mask": {forge.Recipe{Key: key, Hash: crypto.SHA256, Options: pss, Algorithm: forge.PSS(t, 1, 3, 14, 3, 2, 26)}, nil, "signatures of the type SHA256-RSAPSS are not supported"},
		"a key for RSASSA-PSS alone": {
			forge.Recipe{Key: key, Hash: crypto.SHA256, Options: pss, Algorithm: forge.PSS(t, sha256...), SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, 1, 2, 840, 113549, 1, 1, 10))},
			nil, "the issuer's key could not be read",
		},
		"an RSA key without NULL":    {forge.Recipe{Key: key, Hash: crypto.SHA256, SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, 1, 2, 840, 113549, 1, 1, 1))}, nil, "the issuer's key could not be read"},
		"an RSA key of X.509":        {forge.Recipe{Key: key, Hash: crypto.SHA256, SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, 2, 5, 8, 1, 1), null)}, nil, "keys of the type 2.5.8.1.1 are not supported"},
		"RSA of 768 bits":            {forge.Recipe{Key: forge.NewSmallRSA(t, 768), Hash: crypto.SHA256}, nil, "the issuer's key could not be used"},
		"an RSA signature, ECDSA":    {forge.Recipe{Key: key, Hash: crypto.SHA256, Algorithm: forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10045, 4, 3, 2))}, &no, ""},
		"DSA":                        {forge.Recipe{CN: "x", Algorithm: forge.TLV(der.TagSequence, forge.OID(t, 2, 16, 840, 1, 101, 3, 4, 3, 2))}, nil, "signatures of the type DSA-SHA256 are not supported"},
		"a key of an unknown kind":   {forge.Recipe{CN: "x", SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, 1, 2, 3, 4))}, nil, "keys of the type 1.2.3.4 are not supported"},
		"brainpoolP256r1, and ECDSA": {brainpool(t), nil, "the issuer's key could not be read: x509: unsupported elliptic curve"},
		"another issuer":             {forge.Recipe{CN: "x", Issuer: forge.New(t, forge.Recipe{CN: "CA"}), SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, 1, 2, 3, 4))}, &no, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := certificate.Parse(forge.New(t, c.recipe).DER)
			require.NoError(t, err)
			require.Equal(t, c.want, parsed.SelfSigned(), "%q", parsed.Notes)
			if c.note == "" {
				require.Empty(t, parsed.Notes)
				return
			}
			require.Len(t, parsed.Notes, 1)
			require.Contains(t, parsed.Notes[0], "could not be verified to be self-signed: "+c.note)
		})
	}
}

func otherRSA(t *testing.T) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key
}

// brainpool has a key on a curve that crypto/x509 does not support; its
// signature does not matter.
func brainpool(t *testing.T) forge.Recipe {
	point := append([]byte{0, 4}, make([]byte, 64)...)
	return forge.Recipe{
		CN:        "x",
		SPKI:      forge.TLV(der.TagSequence, forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10045, 2, 1), forge.OID(t, 1, 3, 36, 3, 3, 2, 8, 1, 1, 7)), forge.TLV(der.TagBitString, point)),
		Algorithm: forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10045, 4, 3, 2)),
	}
}

// A private key is matched with its certificate, however the certificate
// encodes the key's algorithm.
func TestPublicKey(t *testing.T) {
	t.Parallel()
	key := forge.RSAKey()
	plain, err := certificate.Parse(forge.New(t, forge.Recipe{Key: key, Hash: crypto.SHA256}).DER)
	require.NoError(t, err)
	require.NotEmpty(t, plain.PublicKey())
	for _, identifier := range [][]int{{1, 2, 840, 113549, 1, 1, 1}, {1, 2, 840, 113549, 1, 1, 10}, {2, 5, 8, 1, 1}} {
		odd, err := certificate.Parse(forge.New(t, forge.Recipe{Key: key, Hash: crypto.SHA256, SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, identifier...))}).DER)
		require.NoError(t, err)
		require.Equal(t, plain.PublicKey(), odd.PublicKey())
	}
	other, err := certificate.Parse(forge.New(t, forge.Recipe{CN: "other"}).DER)
	require.NoError(t, err)
	require.NotEqual(t, plain.PublicKey(), other.PublicKey())
}
