package certstore_test

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather/certstore"
)

func TestParseServices(t *testing.T) {
	t.Parallel()
	services, err := certstore.ParseServices("0123abcd=smtp, IIS,SMTP", "46:84:9e:1a=None", "\u200e80 bf 8f b3 77=umcallrouter")
	require.NoError(t, err)
	require.Equal(t, certstore.Services{"0123ABCD": {"IIS", "SMTP"}, "46849E1A": {}, "80BF8FB377": {"UMCallRouter"}}, services)

	for value, want := range map[string]string{
		"SMTP":                   `services "SMTP": expected THUMBPRINT=SERVICE[,SERVICE…]`,
		"0123ABC=SMTP":           `services "0123ABC=SMTP": expected a thumbprint or its first 8 or more hex digits, found "0123ABC"`,
		"0123ABCG=SMTP":          `found "0123ABCG"`,
		ex01 + "0=SMTP":          `found "` + ex01 + `0"`,
		"0123ABCD=":              `expected services from the list IMAP, POP, UM, IIS, SMTP, Federation, UMCallRouter, or only None, found ""`,
		"0123ABCD=SMTP,Exchange": `found "Exchange"`,
		"0123ABCD=None,SMTP":     `found "None"`,
	} {
		_, err := certstore.ParseServices(value)
		require.ErrorContains(t, err, want)
	}
	_, err = certstore.ParseServices("0123ABCD=SMTP", "0123abcd=IIS")
	require.ErrorContains(t, err, `services "0123abcd=IIS": 0123ABCD is listed twice`)
}

func TestServices(t *testing.T) {
	t.Parallel()
	smtp, iis := []string{"SMTP"}, []string{"IIS", "SMTP"}
	for name, test := range map[string]struct {
		flags    certstore.Services
		beside   string // services.json
		single   bool   // gather only ex01.crt
		want     map[string][]string
		err      string
		reported string
	}{
		"not given":             {want: map[string][]string{ex01: nil, ex02: nil}},
		"flags":                 {flags: certstore.Services{ex01[:8]: smtp, ex02: {}}, want: map[string][]string{ex01: smtp, ex02: {}}},
		"services.json":         {beside: `{"` + ex01 + `": ["smtp", "IIS"]}`, want: map[string][]string{ex01: iis, ex02: nil}},
		"flags take precedence": {flags: certstore.Services{ex01[:10]: smtp}, beside: `{"46849e1a": ["IIS"], "` + ex02 + `": []}`, want: map[string][]string{ex01: smtp, ex02: {}}},
		"flag for no one":       {flags: certstore.Services{"00000000": smtp}, err: "services of 00000000: no certificate has this thumbprint"},
		"flags for one":         {flags: certstore.Services{ex01: smtp, ex01[:9]: smtp}, err: "services of " + ex01 + ": " + ex01 + " is listed twice"},
		"unknown certificate":   {beside: `{"00000000": ["SMTP"]}`, err: `services.json: "00000000": no certificate has this thumbprint`},
		"one listed twice":      {beside: `{"` + ex01 + `": [], "` + ex01[:8] + `": []}`, err: `services.json: "` + ex01 + `": ` + ex01 + ` is also listed in `},
		"file with a prefix":    {beside: `{"4684": ["SMTP"]}`, err: `services.json: "4684": expected a thumbprint or its first 8 or more hex digits`},
		"file with a service":   {beside: `{"46849E1A": ["SMPT"]}`, err: `services.json: "46849E1A": expected services from the list IMAP`},
		"file with null":        {beside: `{"46849E1A": null}`, err: `services.json: "46849E1A": expected an array of services, found null`},
		"file of another shape": {beside: `["SMTP"]`, err: `services.json: expected {"THUMBPRINT": ["SMTP", "IIS"], …}: json: `},
		"file with more":        {beside: `{} {}`, err: "services.json: expected"},
		"next to a single file": {
			single: true, beside: `{"` + ex01 + `": ["SMTP"], "` + ex02 + `": ["IIS"]}`, want: map[string][]string{ex01: smtp},
			reported: "services.json: skipped " + ex02 + ": no certificate has this thumbprint",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string][]byte{"ex01.crt": testdata(t, "ex01.crt"), "two/ex02.crt": testdata(t, "ex02.crt")}
			if test.beside != "" {
				files["services.json"] = []byte(test.beside)
			}
			path := folder(t, files)
			if test.single {
				path = filepath.Join(path, "ex01.crt")
			}
			doc, reports, err := gatherFiles(certstore.Files{Paths: []string{path}, Services: test.flags})
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				require.Nil(t, doc.Certificates)
				return
			}
			require.NoError(t, err)
			got := map[string][]string{}
			for _, c := range doc.Certificates {
				got[c.Thumbprint] = c.Services
			}
			require.Equal(t, test.want, got)
			if test.reported == "" {
				require.Empty(t, reports)
			} else {
				require.Len(t, reports, 1)
				require.Contains(t, reports[0], test.reported)
			}
		})
	}
}

// If a file and its folder are both named, their services.json is read once,
// and must fit all certificates.
func TestServicesOfAFolderAndAFileInIt(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string][]byte{"ex01.crt": testdata(t, "ex01.crt"), "services.json": []byte(`{"00000000": ["SMTP"]}`)})
	_, _, err := gatherFiles(certstore.Files{Paths: []string{filepath.Join(dir, "ex01.crt"), dir}})
	require.ErrorContains(t, err, "no certificate has this thumbprint")
}

func TestAmbiguousPrefix(t *testing.T) {
	t.Parallel()
	one, two := twoOfOnePrefix(t)
	dir := folder(t, map[string][]byte{"one": one, "two": two})
	thumbprints := []string{fmt.Sprintf("%X", sha1.Sum(one)), fmt.Sprintf("%X", sha1.Sum(two))}
	prefix := thumbprints[0][:8]
	_, _, err := gatherFiles(certstore.Files{Paths: []string{dir}, Services: certstore.Services{prefix: {"SMTP"}}})
	require.EqualError(t, err, "certificate files: services of "+prefix+": expected the first digits of one thumbprint, found those of 2, such as "+thumbprints[0]+" and "+thumbprints[1])

	doc, _, err := gatherFiles(certstore.Files{Paths: []string{dir}, Services: certstore.Services{thumbprints[0]: {"SMTP"}}})
	require.NoError(t, err)
	require.Equal(t, []string{"SMTP"}, doc.Certificates[0].Services)
	require.Nil(t, doc.Certificates[1].Services)
}

// twoOfOnePrefix creates two certificates whose thumbprints begin with the same
// 8 digits. They differ in their signatures, which are not verified here. It
// takes about 80,000 attempts.
func twoOfOnePrefix(t *testing.T) (one, two []byte) {
	seen := map[uint32]uint32{}
	certificate := der(t, "ex02.crt")
	signature := certificate[len(certificate)-4:]
	for n := range uint32(1_000_000) {
		binary.BigEndian.PutUint32(signature, n)
		sum := sha1.Sum(certificate)
		prefix := binary.BigEndian.Uint32(sum[:])
		before, ok := seen[prefix]
		if !ok {
			seen[prefix] = n
			continue
		}
		two = bytes.Clone(certificate)
		binary.BigEndian.PutUint32(signature, before)
		return certificate, two
	}
	t.Fatal("no pair")
	return nil, nil
}
