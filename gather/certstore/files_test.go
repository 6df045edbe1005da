package certstore_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
)

// The certificates of testdata, as openssl x509 -fingerprint -sha1 shows them.
const (
	ex01 = "46849E1AE11C617E7202F7CB39212FAFD24C939E"
	ex02 = "80BF8FB377CA66F4D6C93F94DE100AED9B5B1D39"
)

const password = "geheim" // of the files in testdata

var yes, no = true, false

// fact is what these tests check of a certificate.
type fact struct {
	thumbprint    string
	hasPrivateKey *bool
	friendlyName  string
}

func facts(certificates []gather.Certificate) []fact {
	var list []fact
	for _, c := range certificates {
		list = append(list, fact{c.Thumbprint, c.HasPrivateKey, c.FriendlyName})
	}
	return list
}

// folder creates a folder with files. Under wine, a folder that is not empty
// cannot be removed, so it is kept.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var dir string
	if runtime.GOOS == "windows" {
		var err error
		dir, err = os.MkdirTemp("", "certstore")
		require.NoError(t, err)
	} else {
		dir = t.TempDir()
	}
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, data, 0o600))
	}
	return dir
}

func testdata(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// der returns the first PEM block of a file in testdata.
func der(t *testing.T, name string) []byte {
	t.Helper()
	block, _ := pem.Decode(testdata(t, name))
	require.NotNil(t, block)
	return block.Bytes
}

// gatherFiles runs the gatherer with the password of testdata.
func gatherFiles(f certstore.Files) (doc gather.Document, reports []string, err error) {
	if f.Password == nil {
		f.Password = func(string) ([]byte, error) { return []byte(password), nil }
	}
	f.Report = func(sentence string) { reports = append(reports, sentence) }
	err = f.Gather(context.Background(), &doc)
	return doc, reports, err
}

// property returns a property of a serialized store: id, encoding, length and
// data.
func property(id uint32, data []byte) []byte {
	var b []byte
	for _, v := range []uint32{id, 1, uint32(len(data))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return append(b, data...)
}

func utf16LE(text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

// serializedStore returns a store with ex01, which has a key and a name, a
// revocation list, and ex02.
func serializedStore(t *testing.T) []byte {
	return slices.Concat(
		[]byte{0, 0, 0, 0, 'C', 'E', 'R', 'T'},
		property(3, make([]byte, 20)),
		property(2, []byte("where the key lies")),
		property(11, utf16LE("Microsoft Exchange\x00")),
		property(32, der(t, "ex01.crt")),
		property(33, []byte("a revocation list")),
		property(32, der(t, "ex02.crt")),
		make([]byte, 12),
	)
}

// indefinite returns PKCS#7 whose outer three elements have indefinite lengths.
func indefinite(t *testing.T, p7b []byte) []byte {
	t.Helper()
	const header, oid = 4, 11
	require.Equal(t, []byte{0x30, 0x82}, p7b[:2])
	return slices.Concat([]byte{0x30, 0x80}, p7b[header:header+oid], []byte{0xa0, 0x80, 0x30, 0x80}, p7b[3*header+oid:], make([]byte, 6))
}

func TestFormats(t *testing.T) {
	t.Parallel()
	both := slices.Concat(der(t, "ex01.crt"), der(t, "ex02.crt"))
	withJunk := slices.Concat([]byte("The server's certificate:\r\n"), testdata(t, "ex02.crt"), []byte("\nand its key\n"), testdata(t, "ex02.key"), testdata(t, "ex01.crt"))
	pemUTF16 := append([]byte{0xff, 0xfe}, utf16LE(string(testdata(t, "ex01.crt")))...)
	bom := []byte("\ufeff")
	// certutil -encode writes these lines around any file.
	encoded := func(data []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: data}) }
	element := slices.Concat(property(11, utf16LE("Microsoft Exchange\x00")), property(2, []byte("where the key lies")), property(32, der(t, "ex01.crt")))
	pkcs1, _ := pem.Decode(testdata(t, "ex01.key"))
	for name, test := range map[string]struct {
		files   map[string][]byte
		want    []fact
		reports []string // parts of each report, in order
	}{
		"PEM": {files: map[string][]byte{"a": testdata(t, "ex01.crt")}, want: []fact{{ex01, nil, ""}}},
		"DER": {files: map[string][]byte{"a": der(t, "ex02.crt")}, want: []fact{{ex02, nil, ""}}},
		"two in DER, and more bytes": {
			files: map[string][]byte{"a": append(both, "\r\n"...)}, want: []fact{{ex01, nil, ""}, {ex02, nil, ""}},
			reports: []string{"skipped 2 bytes at byte 1220"},
		},
		"what follows a certificate": {
			files: map[string][]byte{"a": append(der(t, "ex01.crt"), bytes.Repeat([]byte{0x30, 0}, 1<<20)...)}, want: []fact{{ex01, nil, ""}},
			reports: []string{"skipped 2097152 bytes at byte 808"},
		},
		"PEM and its key next to it": {files: map[string][]byte{"a": testdata(t, "ex01.crt"), "b/c": testdata(t, "ex01.key")}, want: []fact{{ex01, &yes, ""}}},
		"key in DER":                 {files: map[string][]byte{"a": testdata(t, "ex01.crt"), "b": pkcs1.Bytes}, want: []fact{{ex01, &yes, ""}}},
		"key before its certificate": {files: map[string][]byte{"b": testdata(t, "ex02.crt"), "a": testdata(t, "ex02.key")}, want: []fact{{ex02, &yes, ""}}},
		"key of another": {
			files: map[string][]byte{"a": testdata(t, "ex01.crt"), "b": testdata(t, "ex02.key")}, want: []fact{{ex01, nil, ""}},
			reports: []string{"b: skipped: a private key that matches no certificate"},
		},
		"several in PEM with text between": {files: map[string][]byte{"a": withJunk}, want: []fact{{ex02, &yes, ""}, {ex01, nil, ""}}},
		"PEM in UTF-16":                    {files: map[string][]byte{"a": pemUTF16}, want: []fact{{ex01, nil, ""}}},
		"PEM with a byte order mark":       {files: map[string][]byte{"a": slices.Concat(bom, testdata(t, "ex01.crt"))}, want: []fact{{ex01, nil, ""}}},
		"PEM put together, with marks and a key": {
			files: map[string][]byte{"a": slices.Concat(bom, testdata(t, "ex01.crt"), bom, testdata(t, "ex02.crt"), bom, testdata(t, "ex02.key"))},
			want:  []fact{{ex01, nil, ""}, {ex02, &yes, ""}},
		},
		"a key in UTF-16": {
			files: map[string][]byte{"a": testdata(t, "ex02.crt"), "b": append([]byte{0xff, 0xfe}, utf16LE(string(testdata(t, "ex02.key")))...)},
			want:  []fact{{ex02, &yes, ""}},
		},
		"one damaged block among others": {
			files:   map[string][]byte{"a": slices.Concat(testdata(t, "ex01.crt"), testdata(t, "ex02.crt")[:300], []byte("\n"), testdata(t, "ex02.crt"))},
			want:    []fact{{ex01, nil, ""}, {ex02, nil, ""}},
			reports: []string{"a: skipped PEM block 2 of 3: damaged PEM: expected base64"},
		},
		"PEM around PKCS#7":  {files: map[string][]byte{"a": encoded(testdata(t, "openssl.p7b"))}, want: []fact{{ex01, nil, ""}, {ex02, nil, ""}}},
		"PEM around PKCS#12": {files: map[string][]byte{"a": encoded(testdata(t, "keytool.pfx"))}, want: []fact{{ex01, &yes, "microsoft exchange"}, {ex02, &yes, "second"}}},
		"PEM around a serialized store": {
			files: map[string][]byte{"a": encoded(serializedStore(t))}, want: []fact{{ex01, &yes, "Microsoft Exchange"}, {ex02, &no, ""}},
			reports: []string{"a: skipped a revocation list or a trust list"},
		},
		"PEM around a key":                 {files: map[string][]byte{"a": testdata(t, "ex01.crt"), "b": encoded(pkcs1.Bytes)}, want: []fact{{ex01, &yes, ""}}},
		"a serialized element":             {files: map[string][]byte{"a": element}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"two serialized elements":          {files: map[string][]byte{"a": append(element, property(32, der(t, "ex02.crt"))...)}, want: []fact{{ex01, &yes, "Microsoft Exchange"}, {ex02, &no, ""}}},
		"PKCS#7 in BER":                    {files: map[string][]byte{"a": indefinite(t, testdata(t, "openssl.p7b"))}, want: []fact{{ex01, nil, ""}, {ex02, nil, ""}}},
		"PKCS#12 in BER":                   {files: map[string][]byte{"a": testdata(t, "nss-ber.pfx")}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"PKCS#12, 3DES in PBES2":           {files: map[string][]byte{"a": testdata(t, "openssl-3des-pbes2.pfx")}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"PEM that openssl made of PKCS#12": {files: map[string][]byte{"a": testdata(t, "bundle.pem")}, want: []fact{{ex01, &yes, ""}}},
		"encrypted keys": {
			files: map[string][]byte{"a.crt": testdata(t, "ex01.crt"), "b.key": testdata(t, "ex01-encrypted-pkcs1.key"), "c.key": testdata(t, "ex01-encrypted.p8")},
			want:  []fact{{ex01, nil, ""}},
			reports: []string{
				"b.key: it contains no certificate and no private key: skipped PEM block 1 of 1, \"RSA PRIVATE KEY\": the private key is encrypted and was not read",
				"c.key: the private key is encrypted and was not read",
			},
		},
		"PKCS#7":               {files: map[string][]byte{"a": testdata(t, "openssl.p7b")}, want: []fact{{ex01, nil, ""}, {ex02, nil, ""}}},
		"PKCS#7 in PEM":        {files: map[string][]byte{"a": testdata(t, "openssl-pem.p7b")}, want: []fact{{ex01, nil, ""}, {ex02, nil, ""}}},
		"PKCS#12, AES":         {files: map[string][]byte{"a": testdata(t, "openssl-aes.pfx")}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"PKCS#12, RC2":         {files: map[string][]byte{"a": testdata(t, "openssl-rc2.pfx")}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"PKCS#12, no password": {files: map[string][]byte{"a": testdata(t, "openssl-3des-empty.pfx")}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"PKCS#12, no MAC":      {files: map[string][]byte{"a": testdata(t, "openssl-nomac.pfx")}, want: []fact{{ex01, &yes, "Microsoft Exchange"}}},
		"PKCS#12, two keys":    {files: map[string][]byte{"a": testdata(t, "keytool.pfx")}, want: []fact{{ex01, &yes, "microsoft exchange"}, {ex02, &yes, "second"}}},
		"serialized store": {
			files: map[string][]byte{"a": serializedStore(t)}, want: []fact{{ex01, &yes, "Microsoft Exchange"}, {ex02, &no, ""}},
			reports: []string{"a: skipped a revocation list or a trust list"},
		},
		"one certificate in several files, and the key in one": {
			files: map[string][]byte{"a": testdata(t, "ex02.crt"), "b": serializedStore(t), "c": testdata(t, "keytool.pfx")},
			want:  []fact{{ex02, &yes, "second"}, {ex01, &yes, "Microsoft Exchange"}},
			reports: []string{
				"b: skipped a revocation list or a trust list",
				`c: certificate ` + ex01 + `: ignored its friendly name "microsoft exchange", because another file has "Microsoft Exchange"`,
			},
		},
		"what is no certificate": {
			files: map[string][]byte{
				"a.crt": testdata(t, "ex01.crt"), "b.txt": []byte("0 certificates were exported\n"), "c.pem": {}, "d.pfx": testdata(t, "nss-ber.pfx")[:1000],
				"e.cer": der(t, "ex02.crt")[:400], "f.pfx": testdata(t, "openssl-aes.pfx")[:2000], "g.p7b": testdata(t, "openssl.p7b")[:900],
				"h.pem": testdata(t, "ex02.crt")[:300], "i.csr": []byte("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"),
				"j.sst": serializedStore(t)[:700], "k.der": {0x30, 0x04, 0x30, 0x02, 0x05, 0x00},
			},
			want: []fact{{ex01, nil, ""}},
			reports: []string{
				"b.txt: it is neither PEM, DER, PKCS#7, PKCS#12 nor a serialized store",
				"c.pem: it is empty",
				"d.pfx: its BER is damaged: byte 22: a sequence is truncated: its end marker is missing",
				"e.cer: it is truncated: expected 412 bytes, found 400",
				"f.pfx: it is truncated: expected 2664 bytes, found 2000",
				"g.p7b: it is truncated: expected 1267 bytes, found 900",
				"h.pem: it contains no certificate and no private key: skipped PEM block 1 of 1: damaged PEM",
				"i.csr: it contains no certificate and no private key: skipped PEM block 1 of 1, \"CERTIFICATE REQUEST\": expected a certificate or a private key",
				"j.sst: its serialized store is damaged: byte 120: property 32 claims 808 bytes of data, found 568",
				"k.der: certificate 1 of 1: byte ",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, test.files)
			doc, reports, err := gatherFiles(certstore.Files{Paths: []string{dir}})
			require.NoError(t, err)
			require.Equal(t, test.want, facts(doc.Certificates))
			require.Equal(t, map[string]string{"certificates": "store:" + dir}, doc.Sources)
			require.Len(t, reports, len(test.reports), "%q", reports)
			for i, part := range test.reports {
				require.Contains(t, filepath.ToSlash(reports[i]), part)
			}
			for _, c := range doc.Certificates {
				require.Nil(t, c.Services)
				require.Equal(t, gather.ChainUnknown, c.Trust.Chain)
			}
		})
	}
}

func TestFactsOfACertificate(t *testing.T) {
	t.Parallel()
	doc, _, err := gatherFiles(certstore.Files{Paths: []string{filepath.Join("testdata", "openssl-aes.pfx")}})
	require.NoError(t, err)
	require.Len(t, doc.Certificates, 1)
	c := doc.Certificates[0]
	require.Equal(t, []string{"ex01"}, c.SubjectCommonNames)
	require.Equal(t, []string{"ex01.corp.contoso.test"}, c.DNSNames)
	require.Equal(t, "2026-11-22T08:34:15Z", c.NotBefore)
	require.Equal(t, "2126-10-29T08:34:15Z", c.NotAfter)
	require.Equal(t, der(t, "ex01.crt"), c.DER)
	require.Equal(t, "store:"+filepath.Join("testdata", "openssl-aes.pfx"), doc.Sources["certificates"])
}

func TestSeveralPaths(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string][]byte{"one/a": testdata(t, "ex01.crt"), "two/b": testdata(t, "bundle.pem"), "two/c": testdata(t, "ex02.crt")})
	one, two := filepath.Join(dir, "one", "a"), filepath.Join(dir, "two")
	doc, reports, err := gatherFiles(certstore.Files{Paths: []string{one, two, one}})
	require.NoError(t, err)
	require.Empty(t, reports)
	require.Equal(t, []fact{{ex01, &yes, ""}, {ex02, nil, ""}}, facts(doc.Certificates))
	require.Equal(t, "store:"+one+", store:"+two, doc.Sources["certificates"])
}

func TestTheSectionIsReplaced(t *testing.T) {
	t.Parallel()
	doc := gather.Document{Certificates: []gather.Certificate{{Thumbprint: "OLD"}}, Sources: map[string]string{"certificates": "clixml:x", "host": "clixml:y"}}
	path := filepath.Join("testdata", "ex01.crt")
	require.NoError(t, certstore.Files{Paths: []string{path}}.Gather(context.Background(), &doc))
	require.Equal(t, []fact{{ex01, nil, ""}}, facts(doc.Certificates))
	require.Equal(t, map[string]string{"certificates": "store:" + path, "host": "clixml:y"}, doc.Sources)
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	path := filepath.Join("testdata", "openssl-aes.pfx")
	for name, test := range map[string]struct {
		path     string
		password func(string) ([]byte, error)
		want     string // part of the error
	}{
		"wrong": {path, func(string) ([]byte, error) { return []byte("falsch-und-laut"), nil }, path + ": its password is wrong"},
		"wrong without a MAC": {
			filepath.Join("testdata", "openssl-nomac.pfx"), func(string) ([]byte, error) { return []byte("falsch-und-laut"), nil }, "its password is wrong",
		},
		"none to be had": {path, func(string) ([]byte, error) { return nil, errors.New("TRANSPORTCERT_PFX_PASSWORD is not set") }, path + ": TRANSPORTCERT_PFX_PASSWORD is not set"},
		"not UTF-8":      {path, func(string) ([]byte, error) { return []byte("falsch\xff"), nil }, "expected its password in UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, _, err := gatherFiles(certstore.Files{Paths: []string{test.path}, Password: test.password})
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "falsch")
			require.Nil(t, doc.Certificates)
		})
	}

	t.Run("no password function", func(t *testing.T) {
		t.Parallel()
		err := certstore.Files{Paths: []string{path}}.Gather(context.Background(), &gather.Document{})
		require.ErrorContains(t, err, path+": it is password-protected, and no password was given")
	})

	t.Run("asked once, and only where it is needed", func(t *testing.T) {
		t.Parallel()
		var asked []string
		var given []byte
		_, _, err := gatherFiles(certstore.Files{Paths: []string{"testdata"}, Password: func(path string) ([]byte, error) {
			asked = append(asked, filepath.Base(path))
			given = []byte(password)
			return given, nil
		}})
		require.NoError(t, err)
		require.Equal(t, []string{"keytool.pfx", "nss-ber.pfx", "openssl-3des-pbes2.pfx", "openssl-aes.pfx", "openssl-nomac.pfx", "openssl-rc2.pfx"}, asked)
		require.Equal(t, make([]byte, len(password)), given, "the password was not overwritten")
	})
}

func TestNothingToGather(t *testing.T) {
	t.Parallel()
	empty := folder(t, nil)
	broken := folder(t, map[string][]byte{"a.txt": []byte("text"), "b.key": testdata(t, "ex01.key"), "c.pfx": testdata(t, "openssl-aes.pfx")[:100]})
	for path, want := range map[string]string{
		filepath.Join(empty, "not-there"): "not-there",
		empty:                             empty + ": expected a certificate in PEM, DER, PKCS#7, PKCS#12 or a serialized store, found none in 0 files",
		broken:                            "found none in 3 files\n  " + filepath.Join(broken, "a.txt") + ": it is neither",
		filepath.Join(broken, "a.txt"):    "certificate files: " + filepath.Join(broken, "a.txt") + ": it is neither",
		filepath.Join(broken, "b.key"):    filepath.Join(broken, "b.key") + ": expected a certificate",
		filepath.Join(broken, "c.pfx"):    "it is truncated: expected 2664 bytes, found 100",
	} {
		_, _, err := gatherFiles(certstore.Files{Paths: []string{filepath.Join("testdata", "ex01.crt"), path}})
		require.ErrorContains(t, err, want)
	}
}

// A key must not appear in the document, a report or an error.
func TestKeysStayInMemory(t *testing.T) {
	t.Parallel()
	key, _ := pem.Decode(testdata(t, "ex02.key"))
	secret := key.Bytes[36:68] // the private number of the P-256 key in PKCS#8
	doc, reports, err := gatherFiles(certstore.Files{Paths: []string{"testdata"}})
	require.NoError(t, err)
	for _, c := range doc.Certificates {
		require.False(t, bytes.Contains(c.DER, secret))
	}
	require.NotContains(t, strings.Join(reports, "\n"), string(secret))
}

func FuzzFiles(f *testing.F) {
	entries, err := os.ReadDir("testdata")
	require.NoError(f, err)
	for _, entry := range entries {
		if data, err := os.ReadFile(filepath.Join("testdata", entry.Name())); err == nil {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(folder(t, map[string][]byte{"file": data}), "file")
		doc, _, err := gatherFiles(certstore.Files{Paths: []string{path}})
		if err == nil && len(doc.Certificates) == 0 {
			t.Fatal("neither a certificate nor an error")
		}
	})
}

// Objects that are not certificates count too: a small file cannot cause a
// million notes.
func TestManyNonCertificates(t *testing.T) {
	t.Parallel()
	many := append(testdata(t, "ex01.crt"), bytes.Repeat([]byte("-----BEGIN X-----\n-----END X-----\n"), 20)...)
	path := filepath.Join(folder(t, map[string][]byte{"many.pem": many}), "many.pem")
	notes := 0
	files := certstore.Files{Paths: []string{path}, Limits: certstore.Limits{Certificates: 20}, Report: func(string) { notes++ }}
	require.EqualError(t, files.Gather(t.Context(), &gather.Document{}), "certificate files: "+path+": expected at most 20 certificates, found more")
	files.Limits.Certificates++
	notes = 0
	require.NoError(t, files.Gather(t.Context(), &gather.Document{}))
	require.Equal(t, 20, notes)
}
