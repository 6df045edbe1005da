package gather

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
)

// A damaged certificate causes an error with a place, never a panic.
func TestNewCertificateDamaged(t *testing.T) {
	t.Parallel()
	good := forge.New(t, forge.Recipe{CN: "good"}).DER
	for name, c := range map[string]struct {
		der  []byte
		want string
	}{
		"nothing":       {nil, "byte 0: expected a certificate, found the end"},
		"text":          {[]byte("-----BEGIN CERTIFICATE-----"), "byte 0: expected a certificate (tag 0x30), found tag 0x2d"},
		"cut off":       {good[:len(good)-1], "byte 0: a certificate is truncated: "},
		"one byte":      {good[:1], "byte 0: expected a certificate, found the end"},
		"other inside":  {forge.TLV(der.TagSequence, forge.TLV(der.TagSet)), "byte 2: expected TBSCertificate (tag 0x30), found tag 0x31"},
		"empty":         {forge.TLV(der.TagSequence), "byte 2: expected TBSCertificate, found the end"},
		"indefinite":    {[]byte{0x30, 0x80, 0, 0}, "byte 2: expected TBSCertificate, found the end"},
		"no end mark":   {[]byte{0x30, 0x80, 0, 1, 0}, "byte 5: expected the end marker of a certificate, found the end"},
		"too long":      {append([]byte{0x30, 0x83, 4, 0, 0}, make([]byte, 256<<10)...), "byte 0: a certificate is longer than 262144 bytes"},
		"huge":          {[]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0}, "byte 1: a certificate claims to be longer than 67108864 bytes"},
		"long tag":      {[]byte{0x3f, 0x02, 0x01, 0x00}, "byte 0: expected a certificate (tag 0x30), found tag 0x3f"},
		"no signature":  {forge.TLV(der.TagSequence, forge.TLV(der.TagSequence), forge.TLV(der.TagSequence)), "byte 6: expected signatureValue, found the end"},
		"month 13":      {forge.New(t, forge.Recipe{CN: "x", Until: forge.Str(der.TagUTCTime, "231301000000Z")}).DER, `expected notAfter (UTCTime or GeneralizedTime), found tag 0x17, "231301000000Z"`},
		"no time":       {forge.New(t, forge.Recipe{CN: "x", From: forge.TLV(der.TagInteger, []byte{1})}).DER, `expected notBefore (UTCTime or GeneralizedTime), found tag 0x02`},
		"year 10000":    {forge.New(t, forge.Recipe{CN: "x", Until: forge.Str(der.TagGeneralizedTime, "99991231235959-0100")}).DER, `expected notAfter`},
		"version -1":    {forge.New(t, forge.Recipe{CN: "x", Version: forge.TLV(0xa0, forge.TLV(der.TagInteger, []byte{0xff}))}).DER, "expected a version, found FF"},
		"empty version": {forge.New(t, forge.Recipe{CN: "x", Version: forge.TLV(0xa0)}).DER, "expected version, found the end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, notes, err := NewCertificate(c.der)
			require.ErrorContains(t, err, c.want)
			require.Regexp(t, `^byte \d+: `, err.Error())
			require.Nil(t, notes)
		})
	}
}

// BER writes a length with more bytes than it needs; DER does not.
func TestNewCertificateLongLength(t *testing.T) {
	t.Parallel()
	good := forge.New(t, forge.Recipe{CN: "good"}).DER
	require.Equal(t, byte(0x81), good[1])
	long := slices.Concat([]byte{0x30, 0x83, 0, 0}, good[2:])
	c, notes, err := NewCertificate(long)
	require.NoError(t, err)
	require.Len(t, notes, 1)
	require.Equal(t, []string{"good"}, c.SubjectCommonNames)
	require.True(t, *c.SelfSigned)
	require.Equal(t, certificate.Thumbprint(long), c.Thumbprint)
}

func TestNewCertificateNeverPanics(t *testing.T) {
	t.Parallel()
	random := mathrand.New(mathrand.NewPCG(1, 2))
	seeds := [][]byte{
		forge.New(t, forge.Recipe{CN: "a", Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "EX01"), forge.Str(0x82, "ex01.test")), forge.CA(t, 3), forge.Extension(t, forge.TLV(der.TagBitString, []byte{1, 6}), 2, 5, 29, 15)}}).DER,
		forge.New(t, forge.Recipe{CN: "b", Key: forge.RSAKey(), Hash: crypto.MD5, Serial: []byte{0xff, 1}}).DER,
	}
	key := ecKey(t, elliptic.P256())
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, key.Public(), key)
	require.NoError(t, err)
	seeds = append(seeds, der)
	read := 0
	for i := range 10_000 {
		der := slices.Clone(seeds[i%len(seeds)])
		for range 1 + random.IntN(4) {
			at := random.IntN(len(der))
			switch random.IntN(4) {
			case 0:
				der[at] = byte(random.Uint32())
			case 1:
				der[at] ^= 1 << random.IntN(8)
			case 2:
				der = slices.Delete(der, at, min(len(der), at+1+random.IntN(3)))
			case 3:
				der = slices.Insert(der, at, byte(random.Uint32()))
			}
		}
		c, _, err := NewCertificate(der)
		if err == nil {
			read++
			require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, c.NotBefore)
		} else {
			require.Regexp(t, `^byte \d+: `, err.Error())
		}
		_, err = x509.ParseCertificate(der)
		if err == nil {
			require.NotEmpty(t, c.Thumbprint, "Go reads it, so it is read here: %X", der)
		}
	}
	require.NotZero(t, read)
}
