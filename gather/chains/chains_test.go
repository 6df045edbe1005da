package chains

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/certificate"
	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
)

// years of validity, for recipes
func valid(r forge.Recipe, from, until string) forge.Recipe {
	r.From, r.Until = forge.Years(from, until)
	return r
}

func document(t *testing.T, certificates ...*forge.Certificate) *gather.Document {
	doc := &gather.Document{}
	for _, f := range certificates {
		c, _, err := gather.NewCertificate(f.DER)
		require.NoError(t, err)
		doc.Certificates = append(doc.Certificates, c)
	}
	return doc
}

func ders(certificates ...*forge.Certificate) (all [][]byte) {
	for _, f := range certificates {
		all = append(all, f.DER)
	}
	return all
}

func TestChains(t *testing.T) {
	t.Parallel()
	isCA := [][]byte{forge.CA(t, -1)}
	// Keys belong to names: CAs with the same name have the same key.
	authority := func(cn string, issuer *forge.Certificate, from, until string) *forge.Certificate {
		return forge.New(t, valid(forge.Recipe{CN: cn, Issuer: issuer, Extensions: isCA}, from, until))
	}
	leaf := func(issuer *forge.Certificate, from, until string) *forge.Certificate {
		return forge.New(t, valid(forge.Recipe{CN: "ex01", Issuer: issuer}, from, until))
	}
	root := authority("Root", nil, "2010", "2040")
	sub := authority("Sub", root, "2018", "2028")

	old := authority("Old", nil, "1999", "2003")
	rsaRoot := forge.New(t, forge.Recipe{CN: "SHA-1", Key: forge.RSAKey(), Hash: crypto.SHA1, Extensions: isCA})
	rootB := authority("Root B", nil, "2016", "2035")
	subByB := authority("Sub", rootB, "2019", "2033")
	subTwice := authority("Sub", rootB, "2015", "2028") // ends together with sub
	loopA := authority("A", &forge.Certificate{Subject: forge.Named(t, "B"), Key: forge.KeyOf("B")}, "2020", "2030")
	loopB := authority("B", &forge.Certificate{Subject: forge.Named(t, "A"), Key: forge.KeyOf("A")}, "2020", "2030")
	short := forge.New(t, forge.Recipe{CN: "Short", Extensions: [][]byte{forge.CA(t, 0)}})
	underShort := authority("Under", short, "2020", "2030")
	shortRollover := forge.New(t, forge.Recipe{CN: "Short", Key: forge.KeyOf("new"), Issuer: short, Extensions: isCA})
	one := forge.New(t, forge.Recipe{CN: "V1", Version: []byte{}})
	oneUnder := forge.New(t, forge.Recipe{CN: "V1 below", Version: []byte{}, Issuer: root})
	noCA := forge.New(t, forge.Recipe{CN: "No CA"})
	noSign := forge.New(t, forge.Recipe{CN: "No sign", Extensions: [][]byte{forge.CA(t, -1), forge.Extension(t, forge.TLV(der.TagBitString, []byte{7, 0x80}), 2, 5, 29, 15)}})
	maySign := forge.New(t, forge.Recipe{CN: "May sign", Extensions: [][]byte{forge.CA(t, -1), forge.Extension(t, forge.TLV(der.TagBitString, []byte{1, 0x06}), 2, 5, 29, 15)}})
	impostor := forge.New(t, forge.Recipe{CN: "Root", Key: forge.KeyOf("impostor"), Extensions: isCA, Serial: []byte{9}})
	negative := forge.New(t, forge.Recipe{CN: "Negative", Serial: []byte{0x80}, Issuer: root, Extensions: isCA})
	self := forge.New(t, forge.Recipe{CN: "ex01"})
	weak := forge.New(t, forge.Recipe{CN: "Weak", Key: forge.RSAKey(), Hash: crypto.MD5, Extensions: isCA})
	long := []*forge.Certificate{root}
	for _, cn := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		long = append(long, authority(cn, long[len(long)-1], "2020", "2030"))
	}

	for name, c := range map[string]struct {
		roots       []*forge.Certificate
		leaf        *forge.Certificate
		others      []*forge.Certificate // in the document
		from, until string               // years; empty: untrusted, or unknown
		unknown     bool
		err         string
		reports     []string
	}{
		"issued by the root":                     {roots: []*forge.Certificate{root}, leaf: leaf(root, "2015", "2025"), from: "2015", until: "2025"},
		"the window is the intersection":         {roots: []*forge.Certificate{root}, leaf: leaf(sub, "2015", "2035"), others: []*forge.Certificate{sub}, from: "2018", until: "2028"},
		"the root's period counts":               {roots: []*forge.Certificate{rootB}, leaf: leaf(rootB, "2000", "2050"), from: "2016", until: "2035"},
		"the root is in the document too":        {roots: []*forge.Certificate{root}, leaf: leaf(sub, "2020", "2021"), others: []*forge.Certificate{root, sub, root}, from: "2020", until: "2021"},
		"the leaf is a root":                     {roots: []*forge.Certificate{self}, leaf: self, from: "2020", until: "2030"},
		"expired long ago":                       {roots: []*forge.Certificate{old}, leaf: leaf(old, "2001", "2002"), from: "2001", until: "2002"},
		"valid in the future":                    {roots: []*forge.Certificate{root}, leaf: leaf(root, "2035", "2099"), from: "2035", until: "2040"},
		"the periods meet in one moment":         {roots: []*forge.Certificate{old}, leaf: leaf(old, "2003", "2004"), from: "2003", until: "2003"},
		"the periods do not meet":                {roots: []*forge.Certificate{old}, leaf: leaf(old, "2004", "2005"), err: "the validity periods of CN=ex01 < CN=Old do not overlap"},
		"ends before it begins":                  {roots: []*forge.Certificate{root}, leaf: leaf(root, "2025", "2020"), err: "the validity periods of CN=ex01 do not overlap"},
		"SHA-1":                                  {roots: []*forge.Certificate{rsaRoot}, leaf: forge.New(t, forge.Recipe{CN: "ex01", Issuer: rsaRoot, Hash: crypto.SHA1}), from: "2020", until: "2030"},
		"MD5":                                    {roots: []*forge.Certificate{rsaRoot}, leaf: forge.New(t, forge.Recipe{CN: "ex01", Issuer: rsaRoot, Hash: crypto.MD5}), err: "CN=SHA-1 cannot have issued CN=ex01: an MD5 signature can be forged"},
		"MD5 by a root on itself":                {roots: []*forge.Certificate{weak}, leaf: forge.New(t, forge.Recipe{CN: "ex01", Issuer: weak, Hash: crypto.SHA1}), from: "2020", until: "2030"},
		"cross-signed, the later end wins":       {roots: []*forge.Certificate{root, rootB}, leaf: leaf(sub, "2010", "2050"), others: []*forge.Certificate{sub, subByB}, from: "2019", until: "2033"},
		"cross-signed, then the earlier start":   {roots: []*forge.Certificate{root, rootB}, leaf: leaf(sub, "2010", "2050"), others: []*forge.Certificate{sub, subTwice}, from: "2016", until: "2028"},
		"cross-signed, one root known":           {roots: []*forge.Certificate{root}, leaf: leaf(sub, "2010", "2050"), others: []*forge.Certificate{subByB, sub}, from: "2018", until: "2028"},
		"a loop":                                 {roots: []*forge.Certificate{root}, leaf: leaf(loopA, "2020", "2030"), others: []*forge.Certificate{loopA, loopB}, err: "no certificate for the issuer CN=A among the roots and intermediates"},
		"no issuer":                              {roots: []*forge.Certificate{root}, leaf: leaf(sub, "2020", "2030"), err: "no certificate for the issuer CN=Sub among the roots and intermediates"},
		"self-signed":                            {roots: []*forge.Certificate{root}, leaf: self, err: "CN=ex01 is self-issued and is not one of the roots"},
		"another root":                           {roots: []*forge.Certificate{rootB}, leaf: leaf(root, "2020", "2030"), others: []*forge.Certificate{root}, err: "CN=Root is self-issued and is not one of the roots"},
		"path length 0 and a leaf":               {roots: []*forge.Certificate{short}, leaf: leaf(short, "2020", "2030"), from: "2020", until: "2030"},
		"path length 0 and a CA":                 {roots: []*forge.Certificate{short}, leaf: leaf(underShort, "2020", "2030"), others: []*forge.Certificate{underShort}, err: "CN=Short cannot have issued CN=Under: its path length constraint is 0"},
		"path length 0 and a rollover":           {roots: []*forge.Certificate{short}, leaf: leaf(shortRollover, "2020", "2030"), others: []*forge.Certificate{shortRollover}, from: "2020", until: "2030"},
		"a root of version 1":                    {roots: []*forge.Certificate{one}, leaf: leaf(one, "2020", "2030"), from: "2020", until: "2030"},
		"an intermediate of version 1":           {roots: []*forge.Certificate{root}, leaf: leaf(oneUnder, "2020", "2030"), others: []*forge.Certificate{oneUnder}, err: "CN=V1 below cannot have issued CN=ex01: it is not a CA"},
		"the issuer is no CA":                    {roots: []*forge.Certificate{noCA}, leaf: leaf(noCA, "2020", "2030"), err: "CN=No CA cannot have issued CN=ex01: it is not a CA"},
		"the issuer's key is for other things":   {roots: []*forge.Certificate{noSign}, leaf: leaf(noSign, "2020", "2030"), err: "its key usage does not allow signing certificates"},
		"the issuer's key is for certificates":   {roots: []*forge.Certificate{maySign}, leaf: leaf(maySign, "2020", "2030"), from: "2020", until: "2030"},
		"an impostor":                            {roots: []*forge.Certificate{impostor}, leaf: leaf(root, "2020", "2030"), err: "CN=Root cannot have issued CN=ex01: the signature does not verify"},
		"an impostor and the real issuer":        {roots: []*forge.Certificate{impostor, root}, leaf: leaf(root, "2020", "2030"), others: []*forge.Certificate{impostor}, from: "2020", until: "2030"},
		"an intermediate that Go rejects":        {roots: []*forge.Certificate{root}, leaf: leaf(negative, "2020", "2030"), others: []*forge.Certificate{negative}, from: "2020", until: "2030"},
		"eight certificates":                     {roots: long[:1], leaf: leaf(long[6], "2020", "2030"), others: long[1:7], from: "2020", until: "2030"},
		"nine certificates":                      {roots: long[:1], leaf: leaf(long[7], "2020", "2030"), others: long[1:], unknown: true, err: "the chain to CN=1 has 8 certificates and no root yet"},
		"an intermediate among the roots":        {roots: []*forge.Certificate{sub}, leaf: leaf(sub, "2020", "2030"), err: "no certificate for the issuer CN=Root", reports: []string{"root CN=Sub was issued by CN=Root, so it is used as an intermediate"}},
		"root and intermediate in one file":      {roots: []*forge.Certificate{sub, root}, leaf: leaf(sub, "2020", "2030"), from: "2020", until: "2028", reports: []string{"root CN=Sub was issued by CN=Root, so it is used as an intermediate"}},
		"a leaf of the document is no authority": {roots: []*forge.Certificate{root}, leaf: leaf(&forge.Certificate{Subject: forge.Named(t, "host"), Key: forge.KeyOf("host")}, "2020", "2030"), others: []*forge.Certificate{forge.New(t, forge.Recipe{CN: "host", Issuer: root})}, err: "CN=host cannot have issued CN=ex01: it is not a CA"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document(t, append([]*forge.Certificate{c.leaf}, c.others...)...)
			selfSigned := doc.Certificates[0].SelfSigned
			var reports []string
			ch := Gatherer{Roots: ders(c.roots...), Report: func(s string) { reports = append(reports, s) }}
			require.NoError(t, ch.Gather(context.Background(), doc))
			got := doc.Certificates[0].Trust
			if c.until == "" {
				want := gather.ChainUntrusted
				if c.unknown {
					want = gather.ChainUnknown
					c.reports = append(c.reports, "certificate "+c.leaf.Thumbprint()+": could not determine whether it is trusted: "+got.Error)
				}
				require.Equal(t, want, got.Chain, got.Error)
				require.Nil(t, got.ValidFrom)
				require.Nil(t, got.ValidUntil)
				require.Contains(t, got.Error, c.err)
			} else {
				require.Equal(t, gather.ChainTrusted, got.Chain, got.Error)
				require.Equal(t, c.from+"-01-01T00:00:00Z", *got.ValidFrom)
				require.Equal(t, c.until+"-01-01T00:00:00Z", *got.ValidUntil)
				require.Empty(t, got.Error)
			}
			require.Nil(t, got.Revoked)
			require.Equal(t, selfSigned, doc.Certificates[0].SelfSigned)
			for _, report := range reports { // the other certificates have their own reports
				if !strings.HasPrefix(report, "certificate ") || strings.Contains(report, c.leaf.Thumbprint()) {
					require.Contains(t, c.reports, report)
				}
			}
			for _, report := range c.reports {
				require.Contains(t, reports, report)
			}
		})
	}
}

// constraints permits names below one name. It is not critical, which
// crypto/x509 ignores.
func constraints(t *testing.T, permitted []byte) []byte {
	return forge.Extension(t, forge.TLV(der.TagSequence, forge.TLV(0xa0, forge.TLV(der.TagSequence, permitted))), 2, 5, 29, 30)
}

func directoryName(t *testing.T) []byte { return forge.TLV(0xa4, forge.Named(t, "contoso")) }

// If something could not be verified, the trust is unknown; if a CA forbids it,
// it is untrusted.
func TestChainsUnknown(t *testing.T) {
	t.Parallel()
	key := forge.RSAKey()
	isCA := forge.CA(t, -1)
	pss := &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}
	sha256 := forge.PSS(t, 2, 16, 840, 1, 101, 3, 4, 2, 1)
	issue := func(issuer *forge.Certificate, names ...string) *forge.Certificate {
		r := forge.Recipe{CN: "ex01", Issuer: issuer}
		if _, ok := issuer.Key.(*forge.SmallRSA); ok {
			r.Hash = crypto.SHA256
		}
		for _, name := range names {
			r.Extensions = [][]byte{forge.SAN(t, forge.Str(0x82, name))}
		}
		return forge.New(t, r)
	}
	root := forge.New(t, forge.Recipe{CN: "Root", Extensions: [][]byte{isCA}})
	pssRoot := forge.New(t, forge.Recipe{
		CN: "PSS", Key: key, Hash: crypto.SHA256, Options: pss, Algorithm: sha256, Extensions: [][]byte{isCA},
		SPKI: forge.RSASPKI(t, &key.PublicKey, forge.OID(t, 1, 2, 840, 113549, 1, 1, 10)),
	})
	byPSS := forge.New(t, forge.Recipe{CN: "ex01", Issuer: pssRoot, Hash: crypto.SHA256, Options: pss, Algorithm: sha256})
	small := forge.New(t, forge.Recipe{CN: "Small", Key: forge.NewSmallRSA(t, 768), Hash: crypto.SHA256, Extensions: [][]byte{isCA}})
	sub := func(cn string, extensions ...[]byte) *forge.Certificate {
		return forge.New(t, forge.Recipe{CN: cn, Issuer: root, Extensions: append(extensions, isCA)})
	}
	names := sub("Names", constraints(t, forge.Str(0x82, "other.test")))
	directory := sub("Directory", constraints(t, directoryName(t)))
	damaged := sub("Damaged", forge.Extension(t, []byte{0x30, 5}, 2, 5, 29, 30))
	sha1Root := forge.New(t, forge.Recipe{CN: "SHA-1", Key: key, Hash: crypto.SHA1, Extensions: [][]byte{isCA, constraints(t, forge.Str(0x82, "other.test"))}})
	bySHA1 := forge.New(t, forge.Recipe{CN: "Sub", Issuer: sha1Root, Hash: crypto.SHA1, Extensions: [][]byte{isCA, constraints(t, forge.Str(0x82, "other.test"))}})
	critical := func(arcs ...int) *forge.Certificate { return sub("Critical", forge.Critical(t, []byte{5, 0}, arcs...)) }
	private, microsoft := critical(1, 2, 3, 4), critical(1, 3, 6, 1, 4, 1, 311, 21, 10)
	harmless := sub("Harmless", forge.Extension(t, []byte{5, 0}, 1, 2, 3, 4))

	for name, c := range map[string]struct {
		root   *forge.Certificate
		leaf   *forge.Certificate
		others []*forge.Certificate
		want   string
		err    string
	}{
		"a root with a key for RSASSA-PSS":     {pssRoot, byPSS, nil, gather.ChainUnknown, "the signature of CN=ex01 by CN=PSS could not be verified: the issuer's key could not be read"},
		"an intermediate with such a key":      {root, byPSS, []*forge.Certificate{pssRoot}, gather.ChainUntrusted, "CN=PSS is self-issued and is not one of the roots"},
		"a root with RSA of 768 bits":          {small, issue(small), nil, gather.ChainUnknown, "the signature of CN=ex01 by CN=Small could not be verified: the issuer's key could not be used"},
		"a permitted name":                     {root, issue(names, "ex01.other.test"), []*forge.Certificate{names}, gather.ChainTrusted, ""},
		"a name that is not permitted":         {root, issue(names, "ex01.contoso.test"), []*forge.Certificate{names}, gather.ChainUntrusted, `DNS name "ex01.contoso.test" is not permitted by any constraint`},
		"a name constraint on directory names": {root, issue(directory), []*forge.Certificate{directory}, gather.ChainUnknown, "the name constraints of CN=Directory include a type that is not supported"},
		"damaged name constraints":             {root, issue(damaged), []*forge.Certificate{damaged}, gather.ChainUnknown, "the name constraints of CN=Damaged include a type that is not supported"},
		"SHA-1 and name constraints":           {sha1Root, issue(bySHA1, "ex01.contoso.test"), []*forge.Certificate{bySHA1}, gather.ChainUnknown, "the name constraints of the chain could not be checked"},
		"an unknown critical extension":        {root, issue(private), []*forge.Certificate{private}, gather.ChainUntrusted, "CN=Critical has the critical extension 1.2.3.4, which is unknown"},
		"a critical extension of Microsoft":    {root, issue(microsoft), []*forge.Certificate{microsoft}, gather.ChainUnknown, "CN=Critical has the critical extension 1.3.6.1.4.1.311.21.10, which is not supported"},
		"an unknown extension, not critical":   {root, issue(harmless), []*forge.Certificate{harmless}, gather.ChainTrusted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := document(t, append([]*forge.Certificate{c.leaf}, c.others...)...)
			var reports []string
			g := Gatherer{Roots: ders(c.root), Report: func(s string) { reports = append(reports, s) }}
			require.NoError(t, g.Gather(t.Context(), doc))
			got := doc.Certificates[0].Trust
			require.Equal(t, c.want, got.Chain, got.Error)
			require.Contains(t, got.Error, c.err)
			require.Equal(t, c.want == gather.ChainTrusted, got.ValidFrom != nil)
			note := "certificate " + c.leaf.Thumbprint() + ": could not determine whether it is trusted: " + got.Error
			require.Equal(t, c.want == gather.ChainUnknown, slices.Contains(reports, note), "%q", reports)
		})
	}
}

// The trust of every certificate in the document is set, and its revocation
// status is kept.
func TestChainsWholeDocument(t *testing.T) {
	t.Parallel()
	root := forge.New(t, forge.Recipe{CN: "Root", Extensions: [][]byte{forge.CA(t, -1)}})
	issued := forge.New(t, forge.Recipe{CN: "ex01", Issuer: root})
	doc := document(t, issued, root, issued, issued, issued)
	yes, no := true, false
	from := "2001-01-01T00:00:00Z"
	doc.Certificates[0].Trust = gather.Trust{Chain: gather.ChainUntrusted, Revoked: &yes, Error: "Exchange's Status: Revoked"}
	doc.Certificates[2].Trust = gather.Trust{Chain: gather.ChainUnknown, Revoked: &no, ValidFrom: &from, Error: "x"}
	doc.Certificates[3].Trust = gather.Trust{Chain: gather.ChainTrusted, ValidFrom: &from, Error: "the source"}
	doc.Certificates[3].DER = nil
	doc.Certificates[4].DER = []byte{0x31}

	var reports []string
	ch := Gatherer{Roots: ders(root), Report: func(s string) { reports = append(reports, s) }}
	require.NoError(t, ch.Gather(context.Background(), doc))

	require.Equal(t, gather.ChainTrusted, doc.Certificates[0].Trust.Chain)
	require.True(t, *doc.Certificates[0].Trust.Revoked)
	require.Equal(t, "revoked according to the source: Exchange's Status: Revoked", doc.Certificates[0].Trust.Error)
	require.Equal(t, gather.ChainTrusted, doc.Certificates[1].Trust.Chain)
	require.False(t, *doc.Certificates[2].Trust.Revoked)
	require.Empty(t, doc.Certificates[2].Trust.Error)
	require.Equal(t, "2020-01-01T00:00:00Z", *doc.Certificates[2].Trust.ValidFrom)
	require.Equal(t, gather.Trust{Chain: gather.ChainTrusted, ValidFrom: &from, Error: "the source"}, doc.Certificates[3].Trust)
	require.Equal(t, []string{
		"certificate " + certificate.Thumbprint(issued.DER) + ": trust not changed (trusted): it has no der",
		"certificate " + certificate.Thumbprint(issued.DER) + ": trust not changed (unknown): byte 0: expected a certificate (tag 0x30), found tag 0x31",
	}, reports)
}

// Thirty certificates with one name and key could issue one another: 30^6
// chains.
func TestChainsBounded(t *testing.T) {
	t.Parallel()
	var crowd []*forge.Certificate
	for i := range 30 {
		crowd = append(crowd, forge.New(t, forge.Recipe{CN: "Crowd", Serial: []byte{byte(i)}, Extensions: [][]byte{forge.CA(t, -1)}}))
	}
	doc := document(t, append(crowd, forge.New(t, forge.Recipe{CN: "ex01", Issuer: crowd[0]}))...)
	other := forge.New(t, forge.Recipe{CN: "Root"})
	reports := 0
	ch := Gatherer{Roots: ders(other), Report: func(s string) {
		reports++
		require.Contains(t, s, "the search stopped after trying 1000 issuers")
	}}
	require.NoError(t, ch.Gather(context.Background(), doc))
	require.Equal(t, 31, reports)
	require.Equal(t, gather.ChainUnknown, doc.Certificates[30].Trust.Chain)
	require.Contains(t, doc.Certificates[30].Trust.Error, "the search stopped after trying 1000 issuers")

	ch.Roots = ders(crowd[7]) // roots are tried first
	ch.Report = nil
	require.NoError(t, ch.Gather(context.Background(), doc))
	require.Equal(t, gather.ChainTrusted, doc.Certificates[30].Trust.Chain)

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, ch.Gather(ctx, doc), context.Canceled)
}

// A name does not start a line in messages about it.
func TestChainsHostileNames(t *testing.T) {
	t.Parallel()
	ca := forge.New(t, forge.Recipe{CN: "CA\n::error::x\x1b[2J"})
	doc := document(t, forge.New(t, forge.Recipe{CN: "ex01", Issuer: ca}))
	var reports []string
	g := Gatherer{Roots: ders(ca), Report: func(s string) { reports = append(reports, s) }}
	require.NoError(t, g.Gather(t.Context(), doc))
	require.Equal(t, `CN="CA\n::error::x\x1b[2J" cannot have issued CN=ex01: it is not a CA`, doc.Certificates[0].Trust.Error)

	g.Roots = ders(forge.New(t, forge.Recipe{CN: "sub\n::error::x", Issuer: ca}))
	require.NoError(t, g.Gather(t.Context(), doc))
	require.Equal(t, []string{`root CN="sub\n::error::x" was issued by CN="CA\n::error::x\x1b[2J", so it is used as an intermediate`}, reports)
}

func TestChainsWithoutRoots(t *testing.T) {
	t.Parallel()
	require.EqualError(t, Gatherer{}.Gather(context.Background(), &gather.Document{}), "building chains: no roots given")
	require.ErrorContains(t, Gatherer{Roots: [][]byte{{1, 2}}}.Gather(context.Background(), &gather.Document{}), "root 1: byte 0: expected a certificate")
}

// The machine's roots are read once per process, so changing them requires
// another process.
func TestChainsSystemRoots(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is for Linux")
	}
	const inner = "TRANSPORTCERT_TEST_SYSTEM_ROOTS"
	isCA := [][]byte{forge.CA(t, -1)}
	root := forge.New(t, valid(forge.Recipe{CN: "System", Extensions: isCA}, "2010", "2024"))
	if os.Getenv(inner) == "" {
		dir := t.TempDir()
		file := filepath.Join(dir, "roots.pem")
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.DER}), 0o600))
		command := exec.Command(os.Args[0], "-test.run=^TestChainsSystemRoots$", "-test.v")
		command.Env = append(os.Environ(), inner+"=1", "SSL_CERT_FILE="+file, "SSL_CERT_DIR="+dir)
		out, err := command.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: TestChainsSystemRoots")
		return
	}
	own := forge.New(t, valid(forge.Recipe{CN: "Own", Extensions: isCA}, "2010", "2026"))
	sub := forge.New(t, valid(forge.Recipe{CN: "Sub", Issuer: root, Extensions: isCA}, "2015", "2022"))
	late := forge.New(t, valid(forge.Recipe{CN: "Late", Issuer: root, Extensions: isCA}, "2021", "2023"))
	cross := forge.New(t, valid(forge.Recipe{CN: "Sub", Issuer: own, Extensions: isCA}, "2012", "2025"))
	odd := forge.New(t, forge.Recipe{CN: "Odd", Issuer: root, Serial: []byte{0x80}, Extensions: isCA})
	sha1 := forge.New(t, valid(forge.Recipe{CN: "SHA-1", Issuer: root, Key: forge.RSAKey(), Extensions: isCA}, "2015", "2023"))
	constrained := forge.New(t, valid(forge.Recipe{CN: "Constrained", Issuer: root, Extensions: [][]byte{isCA[0], constraints(t, forge.Str(0x82, "other.test"))}}, "2015", "2023"))
	directory := forge.New(t, valid(forge.Recipe{CN: "Directory", Issuer: root, Extensions: [][]byte{isCA[0], constraints(t, directoryName(t))}}, "2015", "2023"))
	issue := func(cn string, issuer *forge.Certificate, from, until string) *forge.Certificate {
		return forge.New(t, valid(forge.Recipe{CN: cn, Issuer: issuer}, from, until))
	}
	for name, c := range map[string]struct {
		leaf        *forge.Certificate
		roots       []*forge.Certificate
		from, until string
		unknown     bool
		err         string
	}{
		"issued by the root, expired":           {leaf: issue("a", root, "2012", "2013"), from: "2012", until: "2013"},
		"over an intermediate":                  {leaf: issue("b", sub, "2014", "2030"), from: "2015", until: "2022"},
		"valid only in the middle of its life":  {leaf: issue("c", late, "2018", "2030"), from: "2021", until: "2023"},
		"the root itself":                       {leaf: root, from: "2010", until: "2024"},
		"both kinds of roots, the better wins":  {leaf: issue("d", sub, "2014", "2030"), roots: []*forge.Certificate{own}, from: "2014", until: "2025"},
		"untrusted":                             {leaf: issue("e", own, "2014", "2030"), err: "the machine's roots: x509: certificate signed by unknown authority"},
		"no moment in common":                   {leaf: issue("f", sub, "2023", "2030"), err: "the machine's roots: x509: certificate has expired or is not yet valid"},
		"Go rejects the certificate":            {leaf: forge.New(t, forge.Recipe{CN: "g", Issuer: root, Serial: []byte{0x80}}), unknown: true, err: "the machine's roots could not be queried: x509: negative serial number"},
		"an intermediate that Go rejects":       {leaf: issue("h", odd, "2021", "2022"), unknown: true, err: "the machine's roots: Go rejects CN=Odd: x509: negative serial number"},
		"SHA-1":                                 {leaf: forge.New(t, valid(forge.Recipe{CN: "i", Issuer: sha1, Hash: crypto.SHA1}, "2021", "2022")), unknown: true, err: "the signature of CN=i (SHA1-RSA) is not supported"},
		"an unknown critical extension":         {leaf: forge.New(t, valid(forge.Recipe{CN: "j", Issuer: sub, Extensions: [][]byte{forge.Critical(t, []byte{5, 0}, 1, 2, 3, 4)}}, "2021", "2022")), err: "the machine's roots: x509: unhandled critical extension"},
		"a critical extension of Microsoft":     {leaf: forge.New(t, valid(forge.Recipe{CN: "j", Issuer: sub, Extensions: [][]byte{forge.Critical(t, []byte{5, 0}, 1, 3, 6, 1, 4, 1, 311, 21, 10)}}, "2021", "2022")), unknown: true, err: "a critical extension of the chain is not supported"},
		"a name that a CA may not issue":        {leaf: forge.New(t, valid(forge.Recipe{CN: "k", Issuer: constrained, Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "k.contoso.test"))}}, "2021", "2022")), err: "is not permitted by any constraint"},
		"a name that a CA may issue":            {leaf: forge.New(t, valid(forge.Recipe{CN: "k", Issuer: constrained, Extensions: [][]byte{forge.SAN(t, forge.Str(0x82, "k.other.test"))}}, "2021", "2022")), from: "2021", until: "2022"},
		"constraints on directory names":        {leaf: issue("l", directory, "2021", "2022"), unknown: true, err: "the name constraints of CN=Directory include a type that is not supported"},
		"Go rejects it, but not the given root": {leaf: forge.New(t, forge.Recipe{CN: "g", Issuer: own, Serial: []byte{0x80}}), roots: []*forge.Certificate{own}, from: "2020", until: "2026"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := document(t, c.leaf, sub, late, cross, odd, sha1, constrained, directory)
			require.NoError(t, Gatherer{Roots: ders(c.roots...), System: true}.Gather(context.Background(), doc))
			got := doc.Certificates[0].Trust
			if c.until == "" {
				want := gather.ChainUntrusted
				if c.unknown {
					want = gather.ChainUnknown
				}
				require.Equal(t, want, got.Chain)
				require.Contains(t, got.Error, c.err)
				return
			}
			require.Equal(t, gather.ChainTrusted, got.Chain, got.Error)
			require.Equal(t, c.from+"-01-01T00:00:00Z", *got.ValidFrom)
			require.Equal(t, c.until+"-01-01T00:00:00Z", *got.ValidUntil)
		})
	}
}

func TestReadRoots(t *testing.T) {
	t.Parallel()
	a, b := forge.New(t, forge.Recipe{CN: "a"}).DER, forge.New(t, forge.Recipe{CN: "b"}).DER
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
		"DER":                     {string(a), nil, "found none; convert a DER file with certutil -encode"},
		"damaged base64":          {good + strings.Replace(block("CERTIFICATE", b), "M", "!", 1), nil, "block 2: damaged PEM"},
		"no end":                  {good[:len(good)-10], nil, "block 1: damaged PEM"},
		"the end of another":      {strings.Replace(good, "END CERT", "END X", 1) + good, nil, "block 1: damaged PEM"},
		"a key":                   {good + block("PRIVATE KEY", []byte("secret")), nil, `block 2: expected a CERTIFICATE, found "PRIVATE KEY"`},
		"base64 of something":     {good + block("CERTIFICATE", []byte("hello")), nil, "block 2: byte 0: expected a certificate (tag 0x30), found tag 0x68"},
		"too large":               {strings.Repeat("#", maxRoots+1), nil, "expected at most 16777216 bytes"},
		"a certificate cut short": {block("CERTIFICATE", a[:100]), nil, "block 1: byte 0: a certificate is truncated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "roots.pem")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			got, err := ReadRoots(nil, path)
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
	_, err := ReadRoots(nil, filepath.Join(t.TempDir(), "none.pem"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.True(t, slices.Contains(strings.Fields(err.Error()), "open"))
}
