package gather

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
	"github.com/transportcert/transportcert/internal/hostile"
)

// FuzzDecode checks that a decoded document stays the same when it is encoded
// and decoded again, and that the fast path accepts nothing that the schema
// rejects.
func FuzzDecode(f *testing.F) {
	addFiles(f, "../fixtures/*/input.json", "../fixtures/invalid/*/input.json")
	f.Add([]byte(whole))
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Add([]byte(strings.Replace(whole, `"sources": {`, `"sources": {"services": null,`, 1)))
	f.Add([]byte("\ufeff" + whole))
	f.Add([]byte(`{"schema_version":1.0,"certificates":[{"key_bits":2e3,"version":3.0}],"connectors":[{}]}`))
	f.Add([]byte(`{"a":{"b":{"c":[[[[{"a":1,"a":2}]]]]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if quick := decodeFast(data); quick != nil {
			slow, err := decode(data, documentSchema())
			require.NoError(t, err)
			require.Equal(t, slow, quick)
		}
		for _, decode := range []func([]byte) (*Document, error){Decode, DecodePartial} {
			document, err := decode(data)
			if err != nil {
				hostile.Check(t, err.Error())
				require.Nil(t, document)
				continue
			}
			if document.Missing() != nil || document.SchemaVersion == 0 {
				continue // Decode does not accept a partial document
			}
			require.NoError(t, document.Validate())
			text := encode(t, document)
			again, err := Decode(text)
			require.NoError(t, err, "%s", text)
			require.Equal(t, string(text), string(encode(t, again)))
		}
	})
}

func encode(t *testing.T, document *Document) []byte {
	var text bytes.Buffer
	require.NoError(t, document.Encode(&text))
	return text.Bytes()
}

var startsWithPlace = regexp.MustCompile(`^byte \d+: `)

// FuzzNewCertificate checks that the facts fit into a document, and that they
// agree with crypto/x509 if it accepts the certificate.
func FuzzNewCertificate(f *testing.F) {
	for _, der := range certificates(f) {
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		c, notes, err := NewCertificate(der)
		for _, note := range notes {
			hostile.Check(t, note)
		}
		if err != nil {
			hostile.Check(t, err.Error())
			require.Regexp(t, startsWithPlace, err.Error())
			require.Zero(t, c)
			return
		}
		require.True(t, bytes.HasPrefix(der, c.DER))
		require.Equal(t, fmt.Sprintf("%X", sha1.Sum(c.DER)), c.Thumbprint)
		for _, text := range append(append([]string{c.Subject, c.Issuer}, c.SubjectCommonNames...), c.DNSNames...) {
			require.True(t, utf8.ValidString(text), "%q", text)
		}
		document, err := Decode([]byte(whole))
		require.NoError(t, err)
		document.Certificates = []Certificate{c}
		text := encode(t, document)
		again, err := Decode(text)
		require.NoError(t, err, "%s", text)
		require.Equal(t, document, again)

		if want, err := x509.ParseCertificate(c.DER); err == nil {
			agrees(t, want, c)
		}
	})
}

// agrees compares the facts with those of crypto/x509.
func agrees(t *testing.T, want *x509.Certificate, got Certificate) {
	require.Equal(t, want.Version, got.Version)
	serial, ok := new(big.Int).SetString("0"+got.SerialNumber, 16)
	require.True(t, ok, got.SerialNumber)
	require.Zero(t, want.SerialNumber.Cmp(serial))
	require.Equal(t, want.NotBefore.UTC().Format(TimeFormat), got.NotBefore)
	require.Equal(t, want.NotAfter.UTC().Format(TimeFormat), got.NotAfter)
	require.ElementsMatch(t, want.DNSNames, got.DNSNames)
	if want.Subject.CommonName != "" {
		require.Contains(t, got.SubjectCommonNames, want.Subject.CommonName)
	}
	if want.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		require.Equal(t, want.SignatureAlgorithm.String(), got.SignatureAlgorithm)
	}
	if want.PublicKey != nil {
		require.Equal(t, want.PublicKeyAlgorithm.String(), got.KeyAlgorithm)
		require.Positive(t, got.KeyBits)
	}
}

// addFiles adds the files that match the patterns to the corpus.
func addFiles(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		require.NotEmpty(f, paths, pattern)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
}

// certificates returns certificates of every kind: some that crypto/x509
// creates, and some that it does not.
func certificates(f *testing.F) [][]byte {
	var all [][]byte
	for _, c := range []struct {
		key       crypto.Signer
		algorithm x509.SignatureAlgorithm
	}{
		{forge.RSAKey(), x509.SHA256WithRSA}, {forge.RSAKey(), x509.SHA512WithRSAPSS},
		{ecKey(f, elliptic.P224()), x509.ECDSAWithSHA256}, {ecKey(f, elliptic.P521()), x509.ECDSAWithSHA512},
		{forge.KeyOf("Ed25519"), x509.PureEd25519},
	} {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(0x8123456789),
			Subject:      pkix.Name{CommonName: "ex01", Organization: []string{"Contoso, Ltd."}},
			DNSNames:     []string{"EX01", "*.contoso.test"}, EmailAddresses: []string{"admin@contoso.test"},
			NotBefore: time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
			SignatureAlgorithm: c.algorithm, IsCA: true, MaxPathLen: 3, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, c.key.Public(), c.key)
		require.NoError(f, err)
		all = append(all, der, append(slices.Clone(der), 0, 0))
	}
	commonName := func(tag byte, value string) []byte { return forge.Attribute(f, forge.Str(tag, value), 2, 5, 4, 3) }
	names := forge.TLV(der.TagSequence, commonName(der.TagBMPString, "\x00E\x20\xac\xd8\x3d\xde\x00"), commonName(der.TagTeletexString, "Z\xfcrich"),
		commonName(der.TagUniversalString, "\x00\x01\xf6\x00"), commonName(der.TagUTF8String, "bad\xff"), commonName(der.TagOctetString, "\x01\x02"),
		forge.Attribute(f, forge.Str(der.TagPrintableString, "+,=\"#"), 1, 2, 3, 4))
	root := forge.New(f, forge.Recipe{CN: "Contoso CA", Extensions: [][]byte{forge.CA(f, 1)}})
	middle := forge.New(f, forge.Recipe{CN: "Contoso Issuing CA", Issuer: root, Extensions: [][]byte{forge.CA(f, 0)}})
	for _, r := range []forge.Recipe{
		{Serial: []byte{0x9a, 0x00, 0xff}},
		{Version: []byte{}},
		{Version: forge.TLV(0xa0, forge.TLV(der.TagInteger, []byte{3}))},
		{Subject: names},
		{From: forge.Str(der.TagUTCTime, "5001010000Z"), Until: forge.Str(der.TagUTCTime, "491231235959+0100")},
		{Key: forge.RSAKey(), Hash: crypto.SHA1, CN: "EX01", Extensions: [][]byte{forge.SAN(f, forge.Str(0x82, "ex01.contoso.test"), forge.Str(0x82, "\xff"), forge.Str(0x81, "a@b"))}},
		{Key: forge.RSAKey(), Hash: crypto.MD5, CN: "EX01"},
		{CN: "EX01", Issuer: middle, Extensions: [][]byte{forge.Extension(f, forge.TLV(der.TagBitString, []byte{5, 0xa0}), 2, 5, 29, 15), forge.Extension(f, nil, 2, 5, 29, 17)}},
		{CN: "EX01", Algorithm: forge.TLV(der.TagSequence, forge.OID(f, 1, 2, 840, 113549, 1, 1, 10))},
	} {
		all = append(all, forge.New(f, r).DER)
	}
	return append(all, middle.DER, root.DER)
}
