package gather

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Certificates that crypto/x509 would not make, byte for byte.

// tlv encodes a tag with its contents.
func tlv(tag byte, contents ...[]byte) []byte {
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

func str(tag byte, s string) []byte { return tlv(tag, []byte(s)) }

func oid(t testing.TB, arcs ...int) []byte {
	der, err := asn1.Marshal(asn1.ObjectIdentifier(arcs))
	require.NoError(t, err)
	return der
}

// attribute is a relative distinguished name of one attribute.
func attribute(t testing.TB, value []byte, arcs ...int) []byte {
	return tlv(tagSet, tlv(tagSequence, oid(t, arcs...), value))
}

func named(t testing.TB, cn string) []byte {
	return tlv(tagSequence, attribute(t, str(tagUTF8String, cn), 2, 5, 4, 3))
}

func extension(t testing.TB, value []byte, arcs ...int) []byte {
	return tlv(tagSequence, oid(t, arcs...), tlv(tagOctetString, value))
}

func san(t testing.TB, names ...[]byte) []byte {
	return extension(t, tlv(tagSequence, names...), 2, 5, 29, 17)
}

// ca is the basic constraints extension; maxPath below 0 is none.
func ca(t testing.TB, maxPath int) []byte {
	value := tlv(tagBoolean, []byte{0xff})
	if maxPath >= 0 {
		value = append(value, tlv(tagInteger, []byte{byte(maxPath)})...)
	}
	return extension(t, tlv(tagSequence, value), 2, 5, 29, 19)
}

// A recipe says what differs from a certificate of version 3 with an Ed25519
// key that signs itself and is valid from 2020 to 2030.
type recipe struct {
	cn          string
	issuer      *forged
	key         crypto.Signer // by default one that belongs to the common name
	version     []byte        // the explicit field, empty for version 1
	serial      []byte
	issuerName  []byte
	subject     []byte
	from, until []byte // encoded
	extensions  [][]byte
	hash        crypto.Hash // for RSA
	algorithm   []byte      // in place of the true one
}

type forged struct {
	der, subject []byte
	key          crypto.Signer
}

func years(from, until string) (a, b []byte) {
	return str(tagGeneralizedTime, from+"0101000000Z"), str(tagGeneralizedTime, until+"0101000000Z")
}

func keyOf(name string) crypto.Signer {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func forge(t testing.TB, r recipe) *forged {
	t.Helper()
	f := &forged{key: r.key, subject: r.subject}
	if f.key == nil {
		f.key = keyOf(r.cn)
	}
	if f.subject == nil {
		f.subject = named(t, r.cn)
	}
	issuer := r.issuer
	if issuer == nil {
		issuer = f
	}
	if r.issuerName == nil {
		r.issuerName = issuer.subject
	}
	if r.version == nil {
		r.version = tlv(0xa0, tlv(tagInteger, []byte{2}))
	}
	if r.serial == nil {
		r.serial = []byte{1}
	}
	from, until := years("2020", "2030")
	if r.from == nil {
		r.from = from
	}
	if r.until == nil {
		r.until = until
	}
	spki, err := x509.MarshalPKIXPublicKey(f.key.Public())
	require.NoError(t, err)
	var extensions []byte
	if len(r.extensions) > 0 {
		extensions = tlv(0xa3, tlv(tagSequence, r.extensions...))
	}

	algorithm := tlv(tagSequence, oid(t, 1, 3, 101, 112))
	switch r.hash {
	case crypto.MD5:
		algorithm = tlv(tagSequence, oid(t, 1, 2, 840, 113549, 1, 1, 4), []byte{5, 0})
	case crypto.SHA1:
		algorithm = tlv(tagSequence, oid(t, 1, 2, 840, 113549, 1, 1, 5), []byte{5, 0})
	}
	if r.algorithm != nil {
		algorithm = r.algorithm
	}
	tbs := tlv(tagSequence, r.version, tlv(tagInteger, r.serial), algorithm, r.issuerName,
		tlv(tagSequence, r.from, r.until), f.subject, spki, extensions)
	signed := tbs
	if r.hash != 0 {
		h := r.hash.New()
		h.Write(tbs)
		signed = h.Sum(nil)
	}
	signature, err := issuer.key.Sign(rand.Reader, signed, r.hash)
	require.NoError(t, err)
	f.der = tlv(tagSequence, tbs, algorithm, tlv(tagBitString, []byte{0}, signature))
	return f
}
