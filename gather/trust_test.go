package gather

import (
	"context"
	"crypto"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// years of validity, for recipes
func valid(r recipe, from, until string) recipe {
	r.from, r.until = years(from, until)
	return r
}

func document(t *testing.T, certificates ...*forged) *Document {
	doc := &Document{}
	for _, f := range certificates {
		c, _, err := NewCertificate(f.der)
		require.NoError(t, err)
		doc.Certificates = append(doc.Certificates, c)
	}
	return doc
}

func ders(certificates ...*forged) (all [][]byte) {
	for _, f := range certificates {
		all = append(all, f.der)
	}
	return all
}

func TestChains(t *testing.T) {
	t.Parallel()
	isCA := [][]byte{ca(t, -1)}
	// Keys belong to names: CAs of one name have one key.
	authority := func(cn string, issuer *forged, from, until string) *forged {
		return forge(t, valid(recipe{cn: cn, issuer: issuer, extensions: isCA}, from, until))
	}
	leaf := func(issuer *forged, from, until string) *forged {
		return forge(t, valid(recipe{cn: "ex01", issuer: issuer}, from, until))
	}
	root := authority("Root", nil, "2010", "2040")
	sub := authority("Sub", root, "2018", "2028")

	old := authority("Old", nil, "1999", "2003")
	rsaRoot := forge(t, recipe{cn: "SHA-1", key: rsaKey(), hash: crypto.SHA1, extensions: isCA})
	rootB := authority("Root B", nil, "2016", "2035")
	subByB := authority("Sub", rootB, "2019", "2033")
	subTwice := authority("Sub", rootB, "2015", "2028") // ends when sub does
	loopA := authority("A", &forged{subject: named(t, "B"), key: keyOf("B")}, "2020", "2030")
	loopB := authority("B", &forged{subject: named(t, "A"), key: keyOf("A")}, "2020", "2030")
	short := forge(t, recipe{cn: "Short", extensions: [][]byte{ca(t, 0)}})
	underShort := authority("Under", short, "2020", "2030")
	shortRollover := forge(t, recipe{cn: "Short", key: keyOf("new"), issuer: short, extensions: isCA})
	one := forge(t, recipe{cn: "V1", version: []byte{}})
	oneUnder := forge(t, recipe{cn: "V1 below", version: []byte{}, issuer: root})
	noCA := forge(t, recipe{cn: "No CA"})
	noSign := forge(t, recipe{cn: "No sign", extensions: [][]byte{ca(t, -1), extension(t, tlv(tagBitString, []byte{7, 0x80}), 2, 5, 29, 15)}})
	maySign := forge(t, recipe{cn: "May sign", extensions: [][]byte{ca(t, -1), extension(t, tlv(tagBitString, []byte{1, 0x06}), 2, 5, 29, 15)}})
	impostor := forge(t, recipe{cn: "Root", key: keyOf("impostor"), extensions: isCA, serial: []byte{9}})
	negative := forge(t, recipe{cn: "Negative", serial: []byte{0x80}, issuer: root, extensions: isCA})
	self := forge(t, recipe{cn: "ex01"})
	weak := forge(t, recipe{cn: "Weak", key: rsaKey(), hash: crypto.MD5, extensions: isCA})
	long := []*forged{root}
	for _, cn := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		long = append(long, authority(cn, long[len(long)-1], "2020", "2030"))
	}

	for name, c := range map[string]struct {
		roots       []*forged
		leaf        *forged
		others      []*forged // in the document
		from, until string    // years; empty: untrusted
		err         string
		reports     []string
	}{
		"issued by the root":                     {roots: []*forged{root}, leaf: leaf(root, "2015", "2025"), from: "2015", until: "2025"},
		"the window is the intersection":         {roots: []*forged{root}, leaf: leaf(sub, "2015", "2035"), others: []*forged{sub}, from: "2018", until: "2028"},
		"the root's period counts":               {roots: []*forged{rootB}, leaf: leaf(rootB, "2000", "2050"), from: "2016", until: "2035"},
		"the root is in the document too":        {roots: []*forged{root}, leaf: leaf(sub, "2020", "2021"), others: []*forged{root, sub, root}, from: "2020", until: "2021"},
		"the leaf is a root":                     {roots: []*forged{self}, leaf: self, from: "2020", until: "2030"},
		"expired long ago":                       {roots: []*forged{old}, leaf: leaf(old, "2001", "2002"), from: "2001", until: "2002"},
		"valid in the future":                    {roots: []*forged{root}, leaf: leaf(root, "2035", "2099"), from: "2035", until: "2040"},
		"the periods meet in one moment":         {roots: []*forged{old}, leaf: leaf(old, "2003", "2004"), from: "2003", until: "2003"},
		"the periods do not meet":                {roots: []*forged{old}, leaf: leaf(old, "2004", "2005"), err: "the validity periods of CN=ex01 < CN=Old have no moment in common"},
		"ends before it begins":                  {roots: []*forged{root}, leaf: leaf(root, "2025", "2020"), err: "the validity periods of CN=ex01 have no moment in common"},
		"SHA-1":                                  {roots: []*forged{rsaRoot}, leaf: forge(t, recipe{cn: "ex01", issuer: rsaRoot, hash: crypto.SHA1}), from: "2020", until: "2030"},
		"MD5":                                    {roots: []*forged{rsaRoot}, leaf: forge(t, recipe{cn: "ex01", issuer: rsaRoot, hash: crypto.MD5}), err: "CN=SHA-1 cannot have issued CN=ex01: anybody can forge a signature with MD5"},
		"MD5 by a root on itself":                {roots: []*forged{weak}, leaf: forge(t, recipe{cn: "ex01", issuer: weak, hash: crypto.SHA1}), from: "2020", until: "2030"},
		"cross-signed, the later end wins":       {roots: []*forged{root, rootB}, leaf: leaf(sub, "2010", "2050"), others: []*forged{sub, subByB}, from: "2019", until: "2033"},
		"cross-signed, then the earlier start":   {roots: []*forged{root, rootB}, leaf: leaf(sub, "2010", "2050"), others: []*forged{sub, subTwice}, from: "2016", until: "2028"},
		"cross-signed, one root known":           {roots: []*forged{root}, leaf: leaf(sub, "2010", "2050"), others: []*forged{subByB, sub}, from: "2018", until: "2028"},
		"a loop":                                 {roots: []*forged{root}, leaf: leaf(loopA, "2020", "2030"), others: []*forged{loopA, loopB}, err: "no certificate for the issuer CN=A among the roots and intermediates"},
		"nobody issued it":                       {roots: []*forged{root}, leaf: leaf(sub, "2020", "2030"), err: "no certificate for the issuer CN=Sub among the roots and intermediates"},
		"self-signed":                            {roots: []*forged{root}, leaf: self, err: "CN=ex01 issued itself and is not among the roots"},
		"another root":                           {roots: []*forged{rootB}, leaf: leaf(root, "2020", "2030"), others: []*forged{root}, err: "CN=Root issued itself and is not among the roots"},
		"path length 0 and a leaf":               {roots: []*forged{short}, leaf: leaf(short, "2020", "2030"), from: "2020", until: "2030"},
		"path length 0 and a CA":                 {roots: []*forged{short}, leaf: leaf(underShort, "2020", "2030"), others: []*forged{underShort}, err: "CN=Short cannot have issued CN=Under: its path length is 0"},
		"path length 0 and a rollover":           {roots: []*forged{short}, leaf: leaf(shortRollover, "2020", "2030"), others: []*forged{shortRollover}, from: "2020", until: "2030"},
		"a root of version 1":                    {roots: []*forged{one}, leaf: leaf(one, "2020", "2030"), from: "2020", until: "2030"},
		"an intermediate of version 1":           {roots: []*forged{root}, leaf: leaf(oneUnder, "2020", "2030"), others: []*forged{oneUnder}, err: "CN=V1 below cannot have issued CN=ex01: it is not a CA"},
		"the issuer is no CA":                    {roots: []*forged{noCA}, leaf: leaf(noCA, "2020", "2030"), err: "CN=No CA cannot have issued CN=ex01: it is not a CA"},
		"the issuer's key is for other things":   {roots: []*forged{noSign}, leaf: leaf(noSign, "2020", "2030"), err: "its key usage does not allow it"},
		"the issuer's key is for certificates":   {roots: []*forged{maySign}, leaf: leaf(maySign, "2020", "2030"), from: "2020", until: "2030"},
		"an impostor":                            {roots: []*forged{impostor}, leaf: leaf(root, "2020", "2030"), err: "CN=Root cannot have issued CN=ex01: the signature does not verify"},
		"an impostor beside the true one":        {roots: []*forged{impostor, root}, leaf: leaf(root, "2020", "2030"), others: []*forged{impostor}, from: "2020", until: "2030"},
		"an intermediate that Go refuses":        {roots: []*forged{root}, leaf: leaf(negative, "2020", "2030"), others: []*forged{negative}, from: "2020", until: "2030"},
		"eight certificates":                     {roots: long[:1], leaf: leaf(long[6], "2020", "2030"), others: long[1:7], from: "2020", until: "2030"},
		"nine certificates":                      {roots: long[:1], leaf: leaf(long[7], "2020", "2030"), others: long[1:], err: "the chain to CN=1 has 8 certificates and no root yet"},
		"an intermediate among the roots":        {roots: []*forged{sub}, leaf: leaf(sub, "2020", "2030"), err: "no certificate for the issuer CN=Root", reports: []string{"root CN=Sub is issued by CN=Root: it serves as an intermediate"}},
		"root and intermediate in one file":      {roots: []*forged{sub, root}, leaf: leaf(sub, "2020", "2030"), from: "2020", until: "2028", reports: []string{"root CN=Sub is issued by CN=Root: it serves as an intermediate"}},
		"a leaf of the document is no authority": {roots: []*forged{root}, leaf: leaf(&forged{subject: named(t, "host"), key: keyOf("host")}, "2020", "2030"), others: []*forged{forge(t, recipe{cn: "host", issuer: root})}, err: "CN=host cannot have issued CN=ex01: it is not a CA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document(t, append([]*forged{c.leaf}, c.others...)...)
			selfSigned := *doc.Certificates[0].SelfSigned
			var reports []string
			ch := Chains{Roots: ders(c.roots...), Report: func(s string) { reports = append(reports, s) }}
			require.NoError(t, ch.Gather(context.Background(), doc))
			got := doc.Certificates[0].Trust
			if c.until == "" {
				require.Equal(t, ChainUntrusted, got.Chain)
				require.Nil(t, got.ValidFrom)
				require.Nil(t, got.ValidUntil)
				require.Contains(t, got.Error, c.err)
			} else {
				require.Equal(t, ChainTrusted, got.Chain, got.Error)
				require.Equal(t, c.from+"-01-01T00:00:00Z", *got.ValidFrom)
				require.Equal(t, c.until+"-01-01T00:00:00Z", *got.ValidUntil)
				require.Empty(t, got.Error)
			}
			require.Nil(t, got.Revoked)
			require.Equal(t, selfSigned, *doc.Certificates[0].SelfSigned)
			require.Equal(t, c.reports, reports)
		})
	}
}

// Every certificate of the document gets its trust, and what is known of a
// revocation stays.
func TestChainsWholeDocument(t *testing.T) {
	t.Parallel()
	root := forge(t, recipe{cn: "Root", extensions: [][]byte{ca(t, -1)}})
	issued := forge(t, recipe{cn: "ex01", issuer: root})
	doc := document(t, issued, root, issued, issued, issued)
	yes, no := true, false
	from := "2001-01-01T00:00:00Z"
	doc.Certificates[0].Trust = Trust{Chain: ChainUntrusted, Revoked: &yes, Error: "Exchange's Status: Revoked"}
	doc.Certificates[2].Trust = Trust{Chain: ChainUnknown, Revoked: &no, ValidFrom: &from, Error: "x"}
	doc.Certificates[3].Trust = Trust{Chain: ChainTrusted, ValidFrom: &from, Error: "the source"}
	doc.Certificates[3].DER = nil
	doc.Certificates[4].DER = []byte{0x31}

	var reports []string
	ch := Chains{Roots: ders(root), Report: func(s string) { reports = append(reports, s) }}
	require.NoError(t, ch.Gather(context.Background(), doc))

	require.Equal(t, ChainTrusted, doc.Certificates[0].Trust.Chain)
	require.True(t, *doc.Certificates[0].Trust.Revoked)
	require.Equal(t, "revoked, says the source: Exchange's Status: Revoked", doc.Certificates[0].Trust.Error)
	require.Equal(t, ChainTrusted, doc.Certificates[1].Trust.Chain)
	require.False(t, *doc.Certificates[2].Trust.Revoked)
	require.Empty(t, doc.Certificates[2].Trust.Error)
	require.Equal(t, "2020-01-01T00:00:00Z", *doc.Certificates[2].Trust.ValidFrom)
	require.Equal(t, Trust{Chain: ChainTrusted, ValidFrom: &from, Error: "the source"}, doc.Certificates[3].Trust)
	require.Equal(t, []string{
		"certificate " + thumbprint(issued.der) + " keeps its trust (trusted): it has no der",
		"certificate " + thumbprint(issued.der) + " keeps its trust (unknown): byte 0: expected a certificate (tag 0x30), found tag 0x31",
	}, reports)
}

// Thirty certificates of one name and key could issue one another: 30^6 chains.
func TestChainsBounded(t *testing.T) {
	t.Parallel()
	var crowd []*forged
	for i := range 30 {
		crowd = append(crowd, forge(t, recipe{cn: "Crowd", serial: []byte{byte(i)}, extensions: [][]byte{ca(t, -1)}}))
	}
	doc := document(t, append(crowd, forge(t, recipe{cn: "ex01", issuer: crowd[0]}))...)
	other := forge(t, recipe{cn: "Root"})
	reports := 0
	ch := Chains{Roots: ders(other), Report: func(s string) {
		reports++
		require.Contains(t, s, "the search for chains ended after 1000 issuers")
	}}
	require.NoError(t, ch.Gather(context.Background(), doc))
	require.Equal(t, 31, reports)
	require.Equal(t, ChainUntrusted, doc.Certificates[30].Trust.Chain)
	require.Contains(t, doc.Certificates[30].Trust.Error, "the search ended after 1000 issuers")

	ch.Roots = ders(crowd[7]) // roots are tried first
	ch.Report = nil
	require.NoError(t, ch.Gather(context.Background(), doc))
	require.Equal(t, ChainTrusted, doc.Certificates[30].Trust.Chain)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, ch.Gather(ctx, doc), context.Canceled)
}

func TestChainsWithoutRoots(t *testing.T) {
	t.Parallel()
	require.EqualError(t, Chains{}.Gather(context.Background(), &Document{}), "building chains: no roots are given")
	require.ErrorContains(t, Chains{Roots: [][]byte{{1, 2}}}.Gather(context.Background(), &Document{}), "root 1: byte 0: expected a certificate")
}

// The machine's roots are read once in a process, so that a process of its own
// is needed to say which they are.
func TestChainsSystemRoots(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is for Linux")
	}
	const inner = "TRANSPORTCERT_TEST_SYSTEM_ROOTS"
	isCA := [][]byte{ca(t, -1)}
	root := forge(t, valid(recipe{cn: "System", extensions: isCA}, "2010", "2024"))
	if os.Getenv(inner) == "" {
		dir := t.TempDir()
		file := filepath.Join(dir, "roots.pem")
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.der}), 0o600))
		command := exec.Command(os.Args[0], "-test.run=^TestChainsSystemRoots$", "-test.v")
		command.Env = append(os.Environ(), inner+"=1", "SSL_CERT_FILE="+file, "SSL_CERT_DIR="+dir)
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: TestChainsSystemRoots")
		return
	}
	own := forge(t, valid(recipe{cn: "Own", extensions: isCA}, "2010", "2026"))
	sub := forge(t, valid(recipe{cn: "Sub", issuer: root, extensions: isCA}, "2015", "2022"))
	late := forge(t, valid(recipe{cn: "Late", issuer: root, extensions: isCA}, "2021", "2023"))
	cross := forge(t, valid(recipe{cn: "Sub", issuer: own, extensions: isCA}, "2012", "2025"))
	issue := func(cn string, issuer *forged, from, until string) *forged {
		return forge(t, valid(recipe{cn: cn, issuer: issuer}, from, until))
	}
	for name, c := range map[string]struct {
		leaf        *forged
		roots       []*forged
		from, until string
		err         string
	}{
		"issued by the root, expired":           {leaf: issue("a", root, "2012", "2013"), from: "2012", until: "2013"},
		"over an intermediate":                  {leaf: issue("b", sub, "2014", "2030"), from: "2015", until: "2022"},
		"valid only in the middle of its life":  {leaf: issue("c", late, "2018", "2030"), from: "2021", until: "2023"},
		"the root itself":                       {leaf: root, from: "2010", until: "2024"},
		"both kinds of roots, the better wins":  {leaf: issue("d", sub, "2014", "2030"), roots: []*forged{own}, from: "2014", until: "2025"},
		"untrusted":                             {leaf: issue("e", own, "2014", "2030"), err: "the machine's roots: x509: certificate signed by unknown authority"},
		"no moment in common":                   {leaf: issue("f", sub, "2023", "2030"), err: "the machine's roots: x509: certificate has expired or is not yet valid"},
		"Go refuses the certificate":            {leaf: forge(t, recipe{cn: "g", issuer: root, serial: []byte{0x80}}), err: "the machine's roots cannot be asked: x509: negative serial number"},
		"Go refuses it, and the given root not": {leaf: forge(t, recipe{cn: "g", issuer: own, serial: []byte{0x80}}), roots: []*forged{own}, from: "2020", until: "2026"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := document(t, c.leaf, sub, late, cross)
			require.NoError(t, Chains{Roots: ders(c.roots...), System: true}.Gather(context.Background(), doc))
			got := doc.Certificates[0].Trust
			if c.until == "" {
				require.Equal(t, ChainUntrusted, got.Chain)
				require.Contains(t, got.Error, c.err)
				return
			}
			require.Equal(t, ChainTrusted, got.Chain, got.Error)
			require.Equal(t, c.from+"-01-01T00:00:00Z", *got.ValidFrom)
			require.Equal(t, c.until+"-01-01T00:00:00Z", *got.ValidUntil)
		})
	}
}

func TestReadRoots(t *testing.T) {
	t.Parallel()
	a, b := forge(t, recipe{cn: "a"}).der, forge(t, recipe{cn: "b"}).der
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	good := block("CERTIFICATE", a)
	for name, c := range map[string]struct {
		text string
		want [][]byte
		err  string
	}{
		"two with text between":   {"\ufeff# Contoso\r\n" + strings.ReplaceAll(good, "\n", "\r\n") + "CN=b\n" + block("CERTIFICATE", b), [][]byte{a, b}, ""},
		"empty":                   {"", nil, "expected PEM certificates (-----BEGIN CERTIFICATE-----), found none"},
		"DER":                     {string(a), nil, "found none; certutil -encode"},
		"damaged base64":          {good + strings.Replace(block("CERTIFICATE", b), "M", "!", 1), nil, "block 2: damaged PEM"},
		"no end":                  {good[:len(good)-10], nil, "block 1: damaged PEM"},
		"the end of another":      {strings.Replace(good, "END CERT", "END X", 1) + good, nil, "block 1: damaged PEM"},
		"a key":                   {good + block("PRIVATE KEY", []byte("secret")), nil, `block 2: expected a CERTIFICATE, found "PRIVATE KEY"`},
		"base64 of something":     {good + block("CERTIFICATE", []byte("hello")), nil, "block 2: byte 0: expected a certificate (tag 0x30), found tag 0x68"},
		"too large":               {strings.Repeat("#", maxRoots+1), nil, "expected at most 16777216 bytes"},
		"a certificate cut short": {block("CERTIFICATE", a[:100]), nil, "block 1: byte 0: a certificate is cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "roots.pem")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			got, err := ReadRoots(path)
			require.Equal(t, c.want, got)
			if c.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.err)
			require.True(t, strings.HasPrefix(err.Error(), path), err)
			require.NotContains(t, err.Error(), "secret")
		})
	}
	_, err := ReadRoots(filepath.Join(t.TempDir(), "none.pem"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.True(t, slices.Contains(strings.Fields(err.Error()), "open"))
}
