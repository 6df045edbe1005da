// Package forge creates certificates, byte by byte, that crypto/x509 would not
// create. It is used only by tests.
package forge

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/der"
)

// TLV encodes a tag with its contents.
func TLV(tag byte, contents ...[]byte) []byte {
	body := slices.Concat(contents...)
	switch n := len(body); {
	case n < 0x80:
		return slices.Concat([]byte{tag, byte(n)}, body)
	case n < 0x100:
		return slices.Concat([]byte{tag, 0x81, byte(n)}, body)
	default:
		return slices.Concat([]byte{tag, 0x82, byte(n >> 8), byte(n)}, body)
	}
}

// Str encodes a string with a tag.
func Str(tag byte, s string) []byte { return TLV(tag, []byte(s)) }

// OID encodes an object identifier.
func OID(t testing.TB, arcs ...int) []byte {
	t.Helper()
	der, err := asn1.Marshal(asn1.ObjectIdentifier(arcs))
	require.NoError(t, err)
	return der
}

// Attribute returns a relative distinguished name with one attribute.
func Attribute(t testing.TB, value []byte, arcs ...int) []byte {
	return TLV(der.TagSet, TLV(der.TagSequence, OID(t, arcs...), value))
}

// Named returns the distinguished name of a common name.
func Named(t testing.TB, cn string) []byte {
	return TLV(der.TagSequence, Attribute(t, Str(der.TagUTF8String, cn), 2, 5, 4, 3))
}

// Extension returns a noncritical extension.
func Extension(t testing.TB, value []byte, arcs ...int) []byte {
	return TLV(der.TagSequence, OID(t, arcs...), TLV(der.TagOctetString, value))
}

// Critical returns a critical extension.
func Critical(t testing.TB, value []byte, arcs ...int) []byte {
	return TLV(der.TagSequence, OID(t, arcs...), TLV(der.TagBoolean, []byte{0xff}), TLV(der.TagOctetString, value))
}

// SAN returns the subject alternative name extension with these GeneralNames.
func SAN(t testing.TB, names ...[]byte) []byte {
	return Extension(t, TLV(der.TagSequence, names...), 2, 5, 29, 17)
}

// CA returns the basic constraints extension of a CA; a negative maxPath means
// none.
func CA(t testing.TB, maxPath int) []byte {
	value := TLV(der.TagBoolean, []byte{0xff})
	if maxPath >= 0 {
		value = append(value, TLV(der.TagInteger, []byte{byte(maxPath)})...)
	}
	return Extension(t, TLV(der.TagSequence, value), 2, 5, 29, 19)
}

// A Recipe says what differs from a self-signed version 3 certificate with an
// Ed25519 key that is valid from 2020 to 2030.
type Recipe struct {
	CN          string
	Issuer      *Certificate
	Key         crypto.Signer // default: derived from the common name
	SPKI        []byte        // replaces that of the key
	Version     []byte        // the explicit field, empty for version 1
	Serial      []byte
	IssuerName  []byte
	Subject     []byte
	From, Until []byte // encoded
	Extensions  [][]byte
	Hash        crypto.Hash       // for RSA
	Options     crypto.SignerOpts // replaces Hash for the signature
	Algorithm   []byte            // replaces the real one
}

// A Certificate is a certificate with what is needed to issue others.
type Certificate struct {
	DER, Subject []byte
	Key          crypto.Signer
}

// Thumbprint returns the certificate's SHA-1 in hex.
func (c *Certificate) Thumbprint() string { return fmt.Sprintf("%X", sha1.Sum(c.DER)) }

// Years returns the first seconds of two years.
func Years(from, until string) (a, b []byte) {
	return Str(der.TagGeneralizedTime, from+"0101000000Z"), Str(der.TagGeneralizedTime, until+"0101000000Z")
}

// KeyOf returns the Ed25519 key derived from a name.
func KeyOf(name string) crypto.Signer {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// RSAKey returns a 2048-bit RSA key, the same for the whole process.
var RSAKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// New creates the certificate of a recipe.
func New(t testing.TB, r Recipe) *Certificate {
	t.Helper()
	f := &Certificate{Key: r.Key, Subject: r.Subject}
	if f.Key == nil {
		f.Key = KeyOf(r.CN)
	}
	if f.Subject == nil {
		f.Subject = Named(t, r.CN)
	}
	issuer := r.Issuer
	if issuer == nil {
		issuer = f
	}
	if r.IssuerName == nil {
		r.IssuerName = issuer.Subject
	}
	if r.Version == nil {
		r.Version = TLV(der.TagExplicit0, TLV(der.TagInteger, []byte{2}))
	}
	if r.Serial == nil {
		r.Serial = []byte{1}
	}
	from, until := Years("2020", "2030")
	if r.From == nil {
		r.From = from
	}
	if r.Until == nil {
		r.Until = until
	}
	if r.SPKI == nil {
		var err error
		r.SPKI, err = x509.MarshalPKIXPublicKey(f.Key.Public())
		require.NoError(t, err)
	}
	var extensions []byte
	if len(r.Extensions) > 0 {
		extensions = TLV(0xa3, TLV(der.TagSequence, r.Extensions...))
	}

	algorithm := TLV(der.TagSequence, OID(t, 1, 3, 101, 112))
	if last, known := map[crypto.Hash]int{crypto.MD5: 4, crypto.SHA1: 5, crypto.SHA256: 11}[r.Hash]; known {
		algorithm = TLV(der.TagSequence, OID(t, 1, 2, 840, 113549, 1, 1, last), []byte{der.TagNull, 0})
	}
	if r.Algorithm != nil {
		algorithm = r.Algorithm
	}
	tbs := TLV(der.TagSequence, r.Version, TLV(der.TagInteger, r.Serial), algorithm, r.IssuerName,
		TLV(der.TagSequence, r.From, r.Until), f.Subject, r.SPKI, extensions)
	signed := tbs
	if r.Hash != 0 {
		h := r.Hash.New()
		h.Write(tbs)
		signed = h.Sum(nil)
	}
	if r.Options == nil {
		r.Options = r.Hash
	}
	signature, err := issuer.Key.Sign(rand.Reader, signed, r.Options)
	require.NoError(t, err)
	f.DER = TLV(der.TagSequence, tbs, algorithm, TLV(der.TagBitString, []byte{0}, signature))
	return f
}

// SmallRSA is an RSA key that crypto/rsa rejects because it is too short.
type SmallRSA struct{ n, d *big.Int }

// NewSmallRSA creates a key of that many bits.
func NewSmallRSA(t testing.TB, bits int) *SmallRSA {
	t.Helper()
	one := big.NewInt(1)
	for {
		p, err := rand.Prime(rand.Reader, bits/2)
		require.NoError(t, err)
		q, err := rand.Prime(rand.Reader, bits/2)
		require.NoError(t, err)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		if d := new(big.Int).ModInverse(big.NewInt(65537), phi); d != nil {
			return &SmallRSA{new(big.Int).Mul(p, q), d}
		}
	}
}

// Public returns the public key.
func (k *SmallRSA) Public() crypto.PublicKey { return &rsa.PublicKey{N: k.n, E: 65537} }

// Sign creates a PKCS#1 version 1.5 signature (RFC 8017, 9.2) with SHA-256.
func (k *SmallRSA) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	info := slices.Concat([]byte{0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20}, digest)
	size := (k.n.BitLen() + 7) / 8
	padded := slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-len(info)-3), []byte{0}, info)
	return new(big.Int).Exp(new(big.Int).SetBytes(padded), k.d, k.n).FillBytes(padded), nil
}

// RSASPKI returns the subject public key info of an RSA key with another
// identifier.
func RSASPKI(t testing.TB, key *rsa.PublicKey, identifier ...[]byte) []byte {
	t.Helper()
	return TLV(der.TagSequence, TLV(der.TagSequence, identifier...), TLV(der.TagBitString, []byte{0}, x509.MarshalPKCS1PublicKey(key)))
}

// PSS returns the algorithm identifier of RSASSA-PSS with SHA-256 and the hash
// of the mask.
func PSS(t testing.TB, maskHash ...int) []byte {
	t.Helper()
	hash := func(arcs ...int) []byte { return TLV(der.TagSequence, OID(t, arcs...)) }
	return TLV(der.TagSequence, OID(t, 1, 2, 840, 113549, 1, 1, 10), TLV(der.TagSequence,
		TLV(0xa0, hash(2, 16, 840, 1, 101, 3, 4, 2, 1)),
		TLV(0xa1, TLV(der.TagSequence, OID(t, 1, 2, 840, 113549, 1, 1, 8), hash(maskHash...))),
		TLV(0xa2, TLV(der.TagInteger, []byte{32}))))
}
