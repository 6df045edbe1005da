package pkcs12

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	library "software.sslmate.com/src/go-pkcs12"
)

// certificate returns a certificate for a key. Its signature need not be valid.
func certificate(t *testing.T, name string, public, private any) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return der
}

func answer(password string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(password), nil }
}

func notAsked() ([]byte, error) { return nil, errors.New("asked for a password") }

// Files of another implementation can be read, however they are encrypted.
func TestReadLibraryFiles(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ca := certificate(t, "CA", ecKey(t).Public(), ecKey(t))
	leaf := certificate(t, "leaf", &rsaKey.PublicKey, rsaKey)
	for name, encoder := range map[string]*library.Encoder{
		"RC2": library.LegacyRC2, "3DES": library.LegacyDES, "2023": library.Modern2023, "2026": library.Modern2026,
		"many rounds": library.Modern2023.WithIterations(600_000),
	} {
		for _, password := range []string{"", "geheim", "Schlüssel zum Büro €", "a password that is longer than one block of the hash, which has sixty-four bytes"} {
			if password != "geheim" && name == "many rounds" {
				continue
			}
			t.Run(name+" "+password, func(t *testing.T) {
				t.Parallel()
				data, err := encoder.Encode(rsaKey, leaf, []*x509.Certificate{ca}, password)
				require.NoError(t, err)
				ask := answer(password)
				if password == "" {
					ask = notAsked
				}
				file, err := Read(data, ask, all())
				require.NoError(t, err)
				require.Equal(t, &File{Certificates: []Certificate{{leaf.Raw, ""}, {ca.Raw, ""}}, Keys: [][]byte{pkcs8(t, rsaKey)}}, file)

				_, err = Read(data, answer("falsch"), all())
				if password != "" {
					require.ErrorIs(t, err, errWrongPassword)
				}
			})
		}
	}
	t.Run("in clear", func(t *testing.T) {
		t.Parallel()
		data, err := library.Passwordless.Encode(rsaKey, leaf, nil, "")
		require.NoError(t, err)
		file, err := Read(data, notAsked, all())
		require.NoError(t, err)
		require.Equal(t, [][]byte{pkcs8(t, rsaKey)}, file.Keys)
	})
	t.Run("certificates alone, with names", func(t *testing.T) {
		t.Parallel()
		data, err := library.LegacyRC2.EncodeTrustStoreEntries([]library.TrustStoreEntry{{Cert: leaf, FriendlyName: "Büro"}, {Cert: ca, FriendlyName: "CA"}}, "geheim")
		require.NoError(t, err)
		file, err := Read(data, answer("geheim"), all())
		require.NoError(t, err)
		require.Equal(t, &File{Certificates: []Certificate{{leaf.Raw, "Büro"}, {ca.Raw, "CA"}}}, file)
	})
}

// The parts of a PKCS#12 file, as these tests write them.
type (
	bag struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue
		Attributes []attribute `asn1:"set,omitempty"`
	}
	attribute struct {
		ID     asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
)

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	require.NoError(t, err)
	return der
}

func explicit(der []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: der}
}

// plain is an unencrypted safe.
func plain(t *testing.T, bags ...bag) contentInfo {
	t.Helper()
	return contentInfo{id(oidData), explicit(marshal(t, marshal(t, bags)))}
}

// file returns a PKCS#12 file without an authentication code.
func file(t *testing.T, safes ...contentInfo) []byte {
	t.Helper()
	return marshal(t, struct {
		Version  int
		AuthSafe contentInfo
	}{3, contentInfo{id(oidData), explicit(marshal(t, marshal(t, safes)))}})
}

// safesOf returns the safes of a file that the library wrote.
func safesOf(t *testing.T, data []byte) (safes []contentInfo) {
	t.Helper()
	var p pdu
	var content []byte
	require.NoError(t, unmarshal(data, &p))
	require.NoError(t, unmarshal(p.AuthSafe.Content.Bytes, &content))
	require.NoError(t, unmarshal(content, &safes))
	for i := range safes {
		safes[i].Content.FullBytes = nil // encoded again from the fields
	}
	return safes
}

func bmp(text string) asn1.RawValue {
	var b []byte
	for _, r := range text {
		b = append(b, byte(r>>8), byte(r))
	}
	return asn1.RawValue{Tag: asn1.TagBMPString, Bytes: b}
}

// An export of a whole store from Windows: all keys in one safe, all
// certificates in another, and attributes that are specific to Windows. The
// encrypted parts were written by the library.
func TestExportOfAStore(t *testing.T) {
	t.Parallel()
	key1, key2 := ecKey(t), ecKey(t)
	one, two := certificate(t, "one", key1.Public(), key1), certificate(t, "two", key2.Public(), key2)
	first, err := library.LegacyDES.Encode(key1, one, nil, "geheim")
	require.NoError(t, err)
	second, err := library.Modern2023.Encode(key2, two, nil, "geheim")
	require.NoError(t, err)

	machineKey := attribute{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 17, 2}, nil}
	provider := attribute{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 17, 1}, []asn1.RawValue{bmp("Microsoft Software Key Storage Provider")}}
	container := attribute{id(oidFriendlyName), []asn1.RawValue{bmp("te-0b8b2a4c")}}
	extended := attribute{asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 17, 3, 92}, []asn1.RawValue{{Tag: asn1.TagOctetString, Bytes: []byte{0, 1, 0, 0}}}}
	name := attribute{id(oidFriendlyName), []asn1.RawValue{bmp("Microsoft Exchange")}}

	var keys []bag
	for _, data := range [][]byte{first, second} {
		var content []byte
		var bags []safeBag
		require.NoError(t, unmarshal(safesOf(t, data)[1].Content.Bytes, &content))
		require.NoError(t, unmarshal(content, &bags))
		require.Len(t, bags, 1)
		keys = append(keys, bag{id(oidShroudedKeyBag), explicit(bags[0].Value.Bytes), []attribute{machineKey, provider, container}})
	}
	named := bag{id(oidCertBag), explicit(marshal(t, certBag{id(oidX509Certificate), one.Raw})), []attribute{extended, name}}
	data := file(t, plain(t, keys...), safesOf(t, first)[0], safesOf(t, second)[0], plain(t, named))

	got, err := Read(data, answer("geheim"), all())
	require.NoError(t, err)
	require.Equal(t, &File{
		Certificates: []Certificate{{one.Raw, ""}, {two.Raw, ""}, {one.Raw, "Microsoft Exchange"}},
		Keys:         [][]byte{pkcs8(t, key1), pkcs8(t, key2)},
	}, got)
}

func TestBags(t *testing.T) {
	t.Parallel()
	key := ecKey(t)
	c := certificate(t, "one", key.Public(), key)
	inner := bag{id(oidCertBag), explicit(marshal(t, certBag{id(oidX509Certificate), c.Raw})), nil}
	for range 3 {
		inner = bag{id(oidSafeContentsBag), explicit(marshal(t, []bag{inner})), nil}
	}
	noText := []attribute{{id(oidFriendlyName), []asn1.RawValue{{Tag: asn1.TagOctetString, Bytes: []byte("x")}}}}
	got, err := Read(file(t, plain(t,
		inner,
		bag{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 5}, explicit(marshal(t, "secret")), nil},
		bag{id(oidCertBag), explicit(marshal(t, certBag{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 2}, c.Raw})), nil},
		bag{id(oidCertBag), explicit(marshal(t, certBag{id(oidX509Certificate), c.Raw})), noText},
	)), notAsked, all())
	require.NoError(t, err)
	require.Equal(t, []Certificate{{c.Raw, ""}, {c.Raw, ""}}, got.Certificates)
	require.Equal(t, []string{
		"skipped a bag that contains neither a certificate nor a private key (1.2.840.113549.1.12.10.1.5)",
		"skipped a certificate of a kind other than X.509 (1.2.840.113549.1.9.22.2)",
		"certificate 2: ignored its friendly name, which is not text",
	}, got.Notes)

	_, err = Read(file(t, plain(t, bag{id(oidSafeContentsBag), explicit(marshal(t, []bag{inner})), nil})), notAsked, all())
	require.ErrorContains(t, err, "bags are nested more than 4 deep")
}

func TestDamage(t *testing.T) {
	t.Parallel()
	key := ecKey(t)
	c := certificate(t, "one", key.Public(), key)
	good, err := library.Modern2023.Encode(key, c, nil, "geheim")
	require.NoError(t, err)

	flipped := append([]byte(nil), good...)
	flipped[len(flipped)/2] ^= 1
	pbeParameters := func(iterations int) asn1.RawValue {
		return asn1.RawValue{FullBytes: marshal(t, struct {
			Salt       []byte
			Iterations int
		}{[]byte("saltsalt"), iterations})}
	}
	encrypted := func(algorithm pkix.AlgorithmIdentifier, data []byte) []byte {
		var e encryptedData
		e.Content.ContentType, e.Content.Algorithm, e.Content.Value = id(oidData), algorithm, data
		return file(t, contentInfo{id(oidEncryptedData), explicit(marshal(t, e))})
	}
	tripleDES := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	rc4 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 1}
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"cut off":        {good[:len(good)-1], "its PKCS#12 structure is damaged: "},
		"bytes after it": {append(append([]byte(nil), good...), 0), ": 1 bytes follow its end"},
		"a bit":          {flipped, "its password is wrong"},
		"signed": {marshal(t, struct {
			V int
			A contentInfo
		}{3, contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, explicit(marshal(t, 1))}}), "expected PKCS#12 in password integrity mode"},
		"for a public key": {file(t, contentInfo{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}, explicit(marshal(t, 1))}), "safe 1: expected data that is plain or password-protected, found 1.2.840.113549.1.7.3"},
		"RC4":              {encrypted(pkix.AlgorithmIdentifier{Algorithm: rc4, Parameters: pbeParameters(1)}, make([]byte, 8)), "its encryption, RC4 with 128 bits (1.2.840.113549.1.12.1.1), is not supported: expected AES, 3DES or RC2"},
		"part of a block":  {encrypted(pkix.AlgorithmIdentifier{Algorithm: tripleDES, Parameters: pbeParameters(1)}, make([]byte, 9)), "expected encrypted blocks of 8 bytes, found 9 bytes"},
		"too many rounds":  {encrypted(pkix.AlgorithmIdentifier{Algorithm: tripleDES, Parameters: pbeParameters(1 << 30)}, make([]byte, 8)), "expected 1 to 10000000 rounds of key derivation in a file, found 1073741824 in addition to 0"},
		"no rounds":        {encrypted(pkix.AlgorithmIdentifier{Algorithm: tripleDES, Parameters: pbeParameters(0)}, make([]byte, 8)), "found 0 in addition to 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(test.data, answer("geheim"), all())
			require.ErrorContains(t, err, test.want)
		})
	}
}

// NSS writes BER of indefinite length and OCTET STRINGs in parts; others write
// parts with a definite length.
func TestBER(t *testing.T) {
	t.Parallel()
	nss, err := os.ReadFile(filepath.Join("..", "..", "testdata", "nss-ber.pfx"))
	require.NoError(t, err)
	got, err := Read(nss, answer("geheim"), all())
	require.NoError(t, err)
	pemFile, err := os.ReadFile(filepath.Join("..", "..", "testdata", "ex01.crt"))
	require.NoError(t, err)
	block, _ := pem.Decode(pemFile)
	require.Equal(t, []Certificate{{block.Bytes, "Microsoft Exchange"}}, got.Certificates)
	require.Len(t, got.Keys, 1)
	_, err = Read(nss, answer("falsch"), all())
	require.ErrorIs(t, err, errWrongPassword)

	key := ecKey(t)
	c := certificate(t, "one", key.Public(), key)
	whole, err := library.Modern2023.Encode(key, c, nil, "geheim")
	require.NoError(t, err)
	var p pdu
	var content []byte
	require.NoError(t, unmarshal(whole, &p))
	require.NoError(t, unmarshal(p.AuthSafe.Content.Bytes, &content))
	pieces := asn1.RawValue{Tag: asn1.TagOctetString, IsCompound: true, Bytes: append(marshal(t, content[:100]), marshal(t, content[100:])...)}
	p.AuthSafe.Content = explicit(marshal(t, pieces))
	got, err = Read(marshal(t, p), answer("geheim"), all())
	require.NoError(t, err)
	require.Equal(t, &File{Certificates: []Certificate{{c.Raw, ""}}, Keys: [][]byte{pkcs8(t, key)}}, got)
}

// Unsupported algorithms are named in the error.
func TestCiphers(t *testing.T) {
	t.Parallel()
	pbes2 := func(cipher string) []byte {
		parameters := struct{ KDF, Encryption pkix.AlgorithmIdentifier }{
			pkix.AlgorithmIdentifier{Algorithm: id(oidPBKDF2), Parameters: asn1.RawValue{FullBytes: marshal(t, struct {
				Salt       []byte
				Iterations int
			}{[]byte("saltsalt"), 1})}},
			pkix.AlgorithmIdentifier{Algorithm: id(cipher), Parameters: asn1.RawValue{FullBytes: marshal(t, make([]byte, 8))}},
		}
		var e encryptedData
		e.Content.ContentType, e.Content.Value = id(oidData), make([]byte, 16)
		e.Content.Algorithm = pkix.AlgorithmIdentifier{Algorithm: id(oidPBES2), Parameters: asn1.RawValue{FullBytes: marshal(t, parameters)}}
		return file(t, contentInfo{id(oidEncryptedData), explicit(marshal(t, e))})
	}
	for cipher, want := range map[string]string{
		"1.2.392.200011.61.1.1.1.4": "its encryption, Camellia-256-CBC (1.2.392.200011.61.1.1.1.4), is not supported: expected AES-CBC or 3DES-CBC",
		"2.16.840.1.101.3.4.1.46":   "AES-256-GCM",
		"1.2.3.4":                   "its encryption, 1.2.3.4, is not supported",
		"2.16.840.1.101.3.4.1.42":   "parameters of its encryption: expected 16 bytes, found 8",
	} {
		_, err := Read(pbes2(cipher), answer("geheim"), all())
		require.ErrorContains(t, err, want)
	}
	mac := marshal(t, struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Value     []byte
		}
		Salt []byte
	}{Salt: []byte("saltsalt"), Digest: struct {
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
	}{pkix.AlgorithmIdentifier{Algorithm: id("1.2.840.113549.2.5")}, make([]byte, 16)}})
	_, err := Read(marshal(t, pdu{Version: 3, AuthSafe: contentInfo{id(oidData), explicit(marshal(t, []byte{0x30, 0}))}, MAC: asn1.RawValue{FullBytes: mac}}), notAsked, all())
	require.EqualError(t, err, "authentication code: MD5 (1.2.840.113549.2.5) is not supported: expected SHA-1, SHA-2 or PBMAC1")
}

// The test vectors of RFC 2268, 5, whose keys have as many effective bits as
// bits.
func TestRC2(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, clear, cipher string }{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		decode := func(text string) []byte {
			b, err := hex.DecodeString(text)
			require.NoError(t, err)
			return b
		}
		got := make([]byte, 8)
		newRC2Decrypter(decode(test.key), make([]byte, 8)).CryptBlocks(got, decode(test.cipher))
		require.Equal(t, decode(test.clear), got)
	}
}

// all is the number of rounds of a run.
func all() *Rounds {
	rounds := MaxRounds
	return &rounds
}

// Rounds used by one file are not available to the next.
func TestRoundsOfARun(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../testdata/openssl-aes.pfx")
	require.NoError(t, err)
	left := all()
	_, err = Read(data, answer("geheim"), left)
	require.NoError(t, err)
	took := MaxRounds - *left
	require.Positive(t, took)
	*left = took
	_, err = Read(data, answer("geheim"), left)
	require.NoError(t, err)
	require.Zero(t, *left)
	_, err = Read(data, answer("geheim"), left)
	require.ErrorContains(t, err, "expected at most 100000000 rounds of key derivation in all files; 0 are left, and this file needs ")
}
