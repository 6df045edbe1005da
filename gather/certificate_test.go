package gather

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
)

func ecKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

// A certificate that crypto/x509 accepts has the same facts as in crypto/x509.
func TestNewCertificateAgreesWithGo(t *testing.T) {
	t.Parallel()
	bits := func(key any) int {
		switch key := key.(type) {
		case *rsa.PublicKey:
			return key.N.BitLen()
		case *ecdsa.PublicKey:
			return key.Curve.Params().BitSize
		}
		return 256
	}
	for name, c := range map[string]struct {
		key       crypto.Signer
		algorithm x509.SignatureAlgorithm
	}{
		"RSA":           {forge.RSAKey(), x509.SHA256WithRSA},
		"RSA SHA384":    {forge.RSAKey(), x509.SHA384WithRSA},
		"RSA SHA512":    {forge.RSAKey(), x509.SHA512WithRSA},
		"RSA PSS":       {forge.RSAKey(), x509.SHA256WithRSAPSS},
		"RSA PSS 384":   {forge.RSAKey(), x509.SHA384WithRSAPSS},
		"RSA PSS 512":   {forge.RSAKey(), x509.SHA512WithRSAPSS},
		"ECDSA P-224":   {ecKey(t, elliptic.P224()), x509.ECDSAWithSHA256},
		"ECDSA P-256":   {ecKey(t, elliptic.P256()), x509.ECDSAWithSHA256},
		"ECDSA P-384":   {ecKey(t, elliptic.P384()), x509.ECDSAWithSHA384},
		"ECDSA P-521":   {ecKey(t, elliptic.P521()), x509.ECDSAWithSHA512},
		"Ed25519":       {forge.KeyOf("Ed25519"), x509.PureEd25519},
		"ECDSA by RSA":  {ecKey(t, elliptic.P256()), x509.SHA256WithRSA},
		"RSA by itself": {forge.RSAKey(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := &x509.Certificate{
				SerialNumber: big.NewInt(0x8123456789),
				Subject: pkix.Name{
					CommonName: "ex01", Organization: []string{"Contoso, Ltd."}, Country: []string{"NL"},
				},
				DNSNames:              []string{"EX01", "ex01.corp.contoso.test", "*.contoso.test"},
				EmailAddresses:        []string{"admin@contoso.test"},
				NotBefore:             time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC),
				NotAfter:              time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
				SignatureAlgorithm:    c.algorithm,
				IsCA:                  true,
				MaxPathLen:            3,
				BasicConstraintsValid: true,
				KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
			}
			parent, signer := template, c.key
			if name == "ECDSA by RSA" {
				parent, signer = &x509.Certificate{Subject: pkix.Name{CommonName: "Contoso CA"}}, forge.RSAKey()
			}
			der, err := x509.CreateCertificate(rand.Reader, template, parent, c.key.Public(), signer)
			require.NoError(t, err)
			want, err := x509.ParseCertificate(der)
			require.NoError(t, err)

			got, notes, err := NewCertificate(der)
			require.NoError(t, err)
			require.Empty(t, notes)
			require.Equal(t, want.Version, got.Version)
			require.Equal(t, "CN=ex01, O=\"Contoso, Ltd.\", C=NL", got.Subject)
			require.Equal(t, "008123456789", got.SerialNumber, "the bytes of the encoding, as Windows shows them")
			require.Equal(t, []string{"ex01"}, got.SubjectCommonNames)
			require.Equal(t, want.DNSNames, got.DNSNames)
			require.Equal(t, "2024-02-29T01:02:03Z", got.NotBefore)
			require.Equal(t, "9999-12-31T23:59:59Z", got.NotAfter)
			require.Equal(t, want.PublicKeyAlgorithm.String(), got.KeyAlgorithm)
			require.Equal(t, bits(want.PublicKey), got.KeyBits)
			require.Equal(t, want.SignatureAlgorithm.String(), got.SignatureAlgorithm)
			require.Equal(t, name != "ECDSA by RSA", *got.SelfSigned)
			require.Equal(t, der, got.DER)
			require.Equal(t, Trust{Chain: ChainUnknown}, got.Trust)
			require.Nil(t, got.HasPrivateKey)
			require.Nil(t, got.Services)

			p, err := certificate.Parse(der)
			require.NoError(t, err)
			require.True(t, p.IsCA)
			require.Equal(t, want.MaxPathLen, p.MaxPathLen)
			require.False(t, p.CannotSignCertificates)
		})
	}
}

// Certificates that crypto/x509 rejects and Windows accepts.
func TestNewCertificateOdd(t *testing.T) {
	t.Parallel()
	cn := func(tag byte, value string) []byte { return forge.Attribute(t, forge.Str(tag, value), 2, 5, 4, 3) }
	usages := func(ids ...[]byte) []byte {
		return forge.Extension(t, forge.TLV(der.TagSequence, ids...), 2, 5, 29, 37)
	}
	for name, c := range map[string]struct {
		recipe forge.Recipe
		alter  func(der []byte) []byte
		want   func(*Certificate) // sets what differs
		notes  []string           // the beginnings
	}{
		"plain": {},
		"negative serial number": {
			recipe: forge.Recipe{Serial: []byte{0x9a, 0x00, 0xff}},
			want:   func(c *Certificate) { c.SerialNumber = "9A00FF" },
			notes:  []string{"is read leniently, because Go rejects it: x509: negative serial number"},
		},
		"serial number without bytes": {
			recipe: forge.Recipe{Serial: []byte{}},
			want:   func(c *Certificate) { c.SerialNumber = "" },
			notes:  []string{"is read leniently"},
		},
		"version 1": {
			recipe: forge.Recipe{Version: []byte{}},
			want:   func(c *Certificate) { c.Version = 1 },
		},
		"version 2 with unique identifiers is 2": {
			recipe: forge.Recipe{Version: forge.TLV(0xa0, forge.TLV(der.TagInteger, []byte{1}))},
			want:   func(c *Certificate) { c.Version = 2 },
		},
		"version 4": {
			recipe: forge.Recipe{Version: forge.TLV(0xa0, forge.TLV(der.TagInteger, []byte{3}))},
			want:   func(c *Certificate) { c.Version = 4 },
			notes:  []string{"is read leniently"},
		},
		"several common names": {
			recipe: forge.Recipe{Subject: forge.TLV(der.TagSequence,
				cn(der.TagPrintableString, "first"),
				forge.Attribute(t, forge.Str(der.TagPrintableString, "Ops"), 2, 5, 4, 11),
				cn(der.TagUTF8String, "zweiter ü"),
				forge.TLV(der.TagSet, forge.TLV(der.TagSequence, forge.OID(t, 2, 5, 4, 3), forge.Str(der.TagUTF8String, "third")), forge.TLV(der.TagSequence, forge.OID(t, 2, 5, 4, 5), forge.Str(der.TagPrintableString, "7"))),
			)},
			want: func(c *Certificate) {
				c.Subject = "CN=third + SERIALNUMBER=7, CN=zweiter ü, OU=Ops, CN=first"
				c.SubjectCommonNames = []string{"first", "zweiter ü", "third"}
			},
		},
		"encodings of text": {
			recipe: forge.Recipe{Subject: forge.TLV(der.TagSequence,
				cn(der.TagBMPString, "\x00E\x00x\x20\xac\xd8\x3d\xde\x00"),
				cn(der.TagTeletexString, "Z\xfcrich"),
				cn(der.TagNumericString, "12 34"),
				cn(der.TagUniversalString, "\x00\x00\x00U\x00\x01\xf6\x00"),
				cn(der.TagIA5String, "a@b"),
				cn(der.TagVisibleString, "vis"),
				cn(der.TagUTF8String, "bad\xff"),
				cn(der.TagPrintableString, "star*_\xe4"),
				cn(der.TagOctetString, "\x01\x02"),
			)},
			want: func(c *Certificate) {
				c.SubjectCommonNames = []string{"Ex€😀", "Zürich", "12 34", "U😀", "a@b", "vis", "bad\ufffd", "star*_ä", "#04020102"}
				names := slices.Clone(c.SubjectCommonNames)
				names[8] = `"#04020102"`
				slices.Reverse(names)
				c.Subject = "CN=" + strings.Join(names, ", CN=")
			},
			notes: []string{"is read leniently"},
		},
		"text of odd length": {
			recipe: forge.Recipe{Subject: forge.TLV(der.TagSequence, cn(der.TagBMPString, "\x00A\x00"), cn(der.TagUniversalString, "\x00\x00\x00B\x00"))},
			want: func(c *Certificate) {
				c.Subject, c.SubjectCommonNames = "CN=B, CN=A", []string{"A", "B"}
			},
			notes: []string{"is read leniently"},
		},
		"quotes and an attribute without a short name": {
			recipe: forge.Recipe{Subject: forge.TLV(der.TagSequence,
				forge.Attribute(t, forge.Str(der.TagPrintableString, "x"), 1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3),
				forge.Attribute(t, forge.Str(der.TagUTF8String, `Say "hi", Inc.`), 2, 5, 4, 10),
				cn(der.TagUTF8String, " ex01 "),
			)},
			want: func(c *Certificate) {
				c.Subject = `CN=" ex01 ", O="Say ""hi"", Inc.", OID.1.3.6.1.4.1.311.60.2.1.3=x`
				c.SubjectCommonNames = []string{" ex01 "}
			},
		},
		"empty subject and issuer": {
			recipe: forge.Recipe{Subject: forge.TLV(der.TagSequence)},
			want:   func(c *Certificate) { c.Subject, c.SubjectCommonNames = "", []string{} },
		},
		"damaged subject": {
			recipe: forge.Recipe{Subject: forge.TLV(der.TagSequence, cn(der.TagUTF8String, "before"), forge.TLV(der.TagSet, []byte{0x30, 0x20}))},
			want:   func(c *Certificate) { c.Subject, c.SubjectCommonNames = "CN=before", []string{"before"} },
			notes: []string{
				"has a damaged issuer, of which only the beginning was read: byte 42: an attribute is truncated: expected 32 bytes, found 0",
				"has a damaged subject", "is read leniently",
			},
		},
		"odd alternative names": {
			recipe: forge.Recipe{Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "EX01"), forge.Str(0x81, "a@b"), forge.Str(0x82, "b\xfc.test"), forge.Str(0x87, "\x7f\x00\x00"), forge.Str(0x82, ""), forge.Str(0x82, "*."))}},
			want:   func(c *Certificate) { c.DNSNames = []string{"EX01", "bü.test", "", "*."} },
			notes:  []string{"is read leniently"},
		},
		"damaged alternative name": {
			recipe: forge.Recipe{Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "EX01"), []byte{0x82, 0x09, 'x'}), forge.CA(t, -1)}},
			want:   func(c *Certificate) { c.DNSNames = []string{"EX01"} },
			notes:  []string{"has a damaged subject alternative name, of which only the beginning was read: byte ", "is read leniently"},
		},
		"an extension twice": {
			recipe: forge.Recipe{Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "one")), forge.SAN(t, forge.Str(0x82, "two"))}},
			want:   func(c *Certificate) { c.DNSNames = []string{"one"} },
			notes:  []string{"has the extension 2.5.29.17 more than once: only the first counts", "is read leniently, because Go rejects it: x509: certificate contains duplicate extension"},
		},
		"extended key usages": {
			recipe: forge.Recipe{Extensions: [][]byte{usages(forge.OID(t, 1, 3, 6, 1, 5, 5, 7, 3, 1), forge.OID(t, 2, 5, 29, 37, 0))}},
			want: func(c *Certificate) {
				c.ExtendedKeyUsages.OIDs = []string{"1.3.6.1.5.5.7.3.1", "2.5.29.37.0"}
			},
		},
		"extended key usages, none": {
			recipe: forge.Recipe{Extensions: [][]byte{usages()}},
			want:   func(c *Certificate) { c.ExtendedKeyUsages.OIDs = []string{} },
		},
		"damaged extended key usages are unknown": {
			recipe: forge.Recipe{Extensions: [][]byte{usages(forge.OID(t, 1, 3, 6, 1, 5, 5, 7, 3, 1), []byte{6, 9, 1})}},
			want:   func(c *Certificate) { c.ExtendedKeyUsages = ExtendedKeyUsages{} },
			notes:  []string{"has a damaged extended key usage extension, of which only the beginning was read: byte ", "is read leniently"},
		},
		"an extended key usage that is no OID": {
			recipe: forge.Recipe{Extensions: [][]byte{usages([]byte{6, 1, 0x80})}},
			want:   func(c *Certificate) { c.ExtendedKeyUsages = ExtendedKeyUsages{} },
			notes:  []string{"is read leniently"},
		},
		"damaged list of extensions": {
			recipe: forge.Recipe{Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "one")), {0x04, 0x00}}},
			want: func(c *Certificate) {
				c.DNSNames, c.ExtendedKeyUsages = []string{"one"}, ExtendedKeyUsages{}
			},
			notes: []string{"has a damaged list of extensions", "is read leniently"},
		},
		"invalid constraints": {
			recipe: forge.Recipe{Extensions: [][]byte{forge.Extension(t, []byte{1, 2, 3}, 2, 5, 29, 19)}},
			notes:  []string{"has a damaged basic constraints extension", "is read leniently"},
		},
		"UTCTime": {
			recipe: forge.Recipe{From: forge.Str(der.TagUTCTime, "500101000000Z"), Until: forge.Str(der.TagUTCTime, "491231235959Z")},
			want:   func(c *Certificate) { c.NotBefore, c.NotAfter = "1950-01-01T00:00:00Z", "2049-12-31T23:59:59Z" },
		},
		"UTCTime between Go's pivot and that of X.509": {
			recipe: forge.Recipe{From: forge.Str(der.TagUTCTime, "680229000000Z"), Until: forge.Str(der.TagUTCTime, "690101000000Z")},
			want:   func(c *Certificate) { c.NotBefore, c.NotAfter = "1968-02-29T00:00:00Z", "1969-01-01T00:00:00Z" },
		},
		"times without seconds and with offsets": {
			recipe: forge.Recipe{From: forge.Str(der.TagUTCTime, "2401010030+0100"), Until: forge.Str(der.TagGeneralizedTime, "205012312359-0130")},
			want:   func(c *Certificate) { c.NotBefore, c.NotAfter = "2023-12-31T23:30:00Z", "2051-01-01T01:29:00Z" },
			notes:  []string{"is read leniently"},
		},
		"times with fractions and without minutes": {
			recipe: forge.Recipe{From: forge.Str(der.TagGeneralizedTime, "20240101000000.999Z"), Until: forge.Str(der.TagGeneralizedTime, "2025010112Z")},
			want:   func(c *Certificate) { c.NotBefore, c.NotAfter = "2024-01-01T00:00:00Z", "2025-01-01T12:00:00Z" },
			notes:  []string{"is read leniently"},
		},
		"the end of time": {
			recipe: forge.Recipe{Until: forge.Str(der.TagGeneralizedTime, "99991231235959Z")},
			want:   func(c *Certificate) { c.NotAfter = "9999-12-31T23:59:59Z" },
		},
		"bytes after the certificate": {
			alter: func(der []byte) []byte { return append(der, 0, 0, 0) },
			notes: []string{"is followed by 3 bytes that do not belong to it and are ignored"},
		},
		"MD5": {
			recipe: forge.Recipe{Key: forge.RSAKey(), Hash: crypto.MD5},
			want: func(c *Certificate) {
				c.KeyAlgorithm, c.KeyBits, c.SignatureAlgorithm = "RSA", 2048, "MD5-RSA"
			},
		},
		"SHA-1": {
			recipe: forge.Recipe{Key: forge.RSAKey(), Hash: crypto.SHA1},
			want: func(c *Certificate) {
				c.KeyAlgorithm, c.KeyBits, c.SignatureAlgorithm = "RSA", 2048, "SHA1-RSA"
			},
		},
		"an RSA signature declared as ECDSA": {
			recipe: forge.Recipe{Key: forge.RSAKey(), Hash: crypto.SHA1, Algorithm: forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10045, 4, 1))},
			want: func(c *Certificate) {
				c.KeyAlgorithm, c.KeyBits, c.SignatureAlgorithm, c.SelfSigned = "RSA", 2048, "ECDSA-SHA1", new(bool)
			},
		},
		"own name, the signature of another": {
			recipe: forge.Recipe{Issuer: &forge.Certificate{Subject: forge.Named(t, "plain"), Key: forge.KeyOf("other")}},
			want:   func(c *Certificate) { c.SelfSigned = new(bool) },
		},
		"another issuer": {
			recipe: forge.Recipe{Issuer: &forge.Certificate{Subject: forge.Named(t, "CA"), Key: forge.KeyOf("CA")}},
			want:   func(c *Certificate) { c.Issuer, c.SelfSigned = "CN=CA", new(bool) },
		},
		"same issuer in another encoding": {
			recipe: forge.Recipe{IssuerName: forge.TLV(der.TagSequence, cn(der.TagPrintableString, "plain"))},
			want:   func(c *Certificate) { c.SelfSigned = new(bool) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			yes := true
			c.recipe.CN = "plain"
			der := forge.New(t, c.recipe).DER
			want := Certificate{
				Version: 3, Subject: "CN=plain", SerialNumber: "01",
				SubjectCommonNames: []string{"plain"}, DNSNames: []string{},
				NotBefore: "2020-01-01T00:00:00Z", NotAfter: "2030-01-01T00:00:00Z",
				SelfSigned: &yes, Trust: Trust{Chain: ChainUnknown},
				KeyAlgorithm: "Ed25519", KeyBits: 256, SignatureAlgorithm: "Ed25519",
				DER: slices.Clone(der), Thumbprint: certificate.Thumbprint(der),
				ExtendedKeyUsages: ExtendedKeyUsages{Gathered: true},
			}
			if c.want != nil {
				c.want(&want)
			}
			if want.Issuer == "" && c.recipe.IssuerName == nil && c.recipe.Issuer == nil {
				want.Issuer = want.Subject
			} else if want.Issuer == "" {
				want.Issuer = "CN=plain"
			}
			if c.alter != nil {
				der = c.alter(der)
			}
			got, notes, err := NewCertificate(der)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Len(t, notes, len(c.notes), "%q", notes)
			for i, note := range c.notes {
				require.Contains(t, notes[i], note)
				require.True(t, strings.HasPrefix(notes[i], note), notes[i])
			}
		})
	}
}

// An unknown algorithm is named by its OID, and its facts are null if they are
// unknown.
func TestNewCertificateUnknownAlgorithm(t *testing.T) {
	t.Parallel()
	ed := forge.OID(t, 1, 3, 101, 112)
	unknown := forge.OID(t, 1, 3, 101, 113) // Ed448
	der := forge.New(t, forge.Recipe{CN: "own"}).DER
	c, notes, err := NewCertificate([]byte(strings.ReplaceAll(string(der), string(ed), string(unknown))))
	require.NoError(t, err)
	require.Equal(t, "1.3.101.113", c.SignatureAlgorithm)
	require.Equal(t, "1.3.101.113", c.KeyAlgorithm)
	require.Zero(t, c.KeyBits)
	require.Nil(t, c.SelfSigned)
	require.Equal(t, []string{"names itself as its issuer, but could not be verified to be self-signed: signatures of the type 1.3.101.113 are not supported"}, notes)

	der = forge.New(t, forge.Recipe{CN: "issued", Issuer: &forge.Certificate{Subject: forge.Named(t, "CA"), Key: forge.KeyOf("CA")}}).DER
	c, _, err = NewCertificate([]byte(strings.ReplaceAll(string(der), string(ed), string(unknown))))
	require.NoError(t, err)
	require.False(t, *c.SelfSigned, "the issuer is another, whatever the algorithm")
}

// The key sizes of DSA and of keys that Go does not support.
func TestKeySizes(t *testing.T) {
	t.Parallel()
	integer := func(bits uint) []byte {
		der, err := asn1.Marshal(new(big.Int).Lsh(big.NewInt(1), bits-1))
		require.NoError(t, err)
		return der
	}
	for name, c := range map[string]struct {
		spki      []byte
		algorithm string
		bits      int
	}{
		"DSA": {
			forge.TLV(der.TagSequence, forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10040, 4, 1), forge.TLV(der.TagSequence, integer(1024), integer(160), integer(1024))), forge.TLV(der.TagBitString, []byte{0}, integer(1024))),
			"DSA", 1024,
		},
		"brainpoolP256r1": {
			forge.TLV(der.TagSequence, forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10045, 2, 1), forge.OID(t, 1, 3, 36, 3, 3, 2, 8, 1, 1, 7)), forge.TLV(der.TagBitString, []byte{0, 4}, make([]byte, 64))),
			"ECDSA", 256,
		},
		"compressed P-521": {
			forge.TLV(der.TagSequence, forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 10045, 2, 1), forge.OID(t, 1, 3, 132, 0, 35)), forge.TLV(der.TagBitString, []byte{0, 2}, make([]byte, 66))),
			"ECDSA", 521,
		},
		"RSASSA-PSS": {
			forge.TLV(der.TagSequence, forge.TLV(der.TagSequence, forge.OID(t, 1, 2, 840, 113549, 1, 1, 10)), forge.TLV(der.TagBitString, []byte{0}, forge.TLV(der.TagSequence, integer(3072), integer(17)))),
			"RSA", 3072,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := NewCertificate(forge.New(t, forge.Recipe{CN: "x", SPKI: c.spki}).DER)
			require.NoError(t, err)
			require.Equal(t, c.algorithm, got.KeyAlgorithm)
			require.Equal(t, c.bits, got.KeyBits)
		})
	}
}
