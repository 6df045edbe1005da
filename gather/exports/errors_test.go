package exports

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/gather"
)

var defaults = Limits{}.WithDefaults()

func TestErrors(t *testing.T) {
	t.Parallel()
	for test, c := range map[string]struct {
		files map[string]string
		want  string // DIR is the folder
	}{
		"no files":              {nil, "DIR contains no object exported by Exchange; make the exports in the Exchange Management Shell of the server:\n  Get-ReceiveConnector"},
		"no object":             {map[string]string{"facts.json": "{}"}, "DIR contains no object exported by Exchange; make the exports"},
		"empty file":            {map[string]string{"a.xml": ""}, "DIR/a.xml: expected CLIXML, found a file that is not XML"},
		"text in an XML file":   {map[string]string{"a.XML": "Get-ReceiveConnector: not found"}, "DIR/a.XML: expected CLIXML, found a file that is not XML"},
		"no XML in an XML file": {map[string]string{"a.xml": "<ex01@contoso.test>"}, "DIR/a.xml: expected CLIXML, found a file that is not XML"},
		"truncated":             {map[string]string{"a.xml": "<Objs>\n<Obj>"}, "DIR/a.xml: line 2: the text ends too early: expected the rest of the XML"},
		"truncated, other name": {map[string]string{"a.bak": "<Objs>\n<Obj>"}, "DIR/a.bak: line 2: the text ends too early: expected the rest of the XML"},
		"not well-formed":       {one("\n<Obj></Props>"), "DIR/a.xml: line 2: expected well-formed XML: element <Obj> closed by </Props>"},
		"not UTF-8":             {one("<S>\xff</S>"), "DIR/a.xml: line 1: expected well-formed XML: invalid UTF-8"},
		"mark, not UTF-8":       {map[string]string{"a.xml": "\ufeff<Objs>\n<S>\xff</S></Objs>"}, "DIR/a.xml: line 2: expected well-formed XML: invalid UTF-8"},
		"other encoding":        {map[string]string{"a.xml": `<?xml version="1.0" encoding="windows-1252"?><Objs/>`}, `expected UTF-8 or UTF-16, found "windows-1252" in the XML declaration`},
		"two roots":             {map[string]string{"a.xml": "<Objs></Objs>\n<Objs/>"}, "DIR/a.xml: line 2: expected the end of the file, found <Objs>"},
		"text at the top":       {one("text"), "DIR/a.xml: line 1: expected an element, found text"},
		"element in a text":     {one(`<S>a<B/></S>`), "DIR/a.xml: line 1: <S>: expected text, found <B>"},
		"unknown Ref":           {one("\n" + `<Ref RefId="7"/>`), `DIR/a.xml: line 2: <Ref>: no object before it has the RefId "7"`},
		"unknown TNRef":         {one(`<Obj><TNRef RefId="7"/></Obj>`), `DIR/a.xml: line 1: <TNRef>: no type names before it have the RefId "7"`},
		"RefId twice":           {one(`<Obj RefId="7"/><Obj RefId="7"/>`), `DIR/a.xml: line 1: <Obj>: two objects have the RefId "7"`},
		"type name of no text":  {one(`<Obj><TN><S>x</S></TN></Obj>`), `DIR/a.xml: line 1: <TN>: expected <T>, found <S>`},
		"too deep":              {one(strings.Repeat("<Obj><Props>", 40)), "DIR/a.xml: line 1: expected elements nested at most 64 deep"},
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, c.files)
			_, _, err := run(t, dir, "")
			require.Error(t, err)
			require.Contains(t, strings.ReplaceAll(err.Error(), dir, "DIR"), c.want)
		})
	}

	t.Run("no folder", func(t *testing.T) {
		t.Parallel()
		_, _, err := run(t, filepath.Join(t.TempDir(), "none"), "")
		require.ErrorIs(t, err, os.ErrNotExist)
		require.ErrorContains(t, err, "none")
	})
	t.Run("too many files", func(t *testing.T) {
		t.Parallel()
		dir := folder(t, map[string]string{"a.xml": "", "b.xml": "", "c.xml": ""})
		err := Gatherer{Dir: dir, Limits: Limits{Files: 2}}.Gather(t.Context(), &gather.Document{})
		require.EqualError(t, err, "exports: "+dir+": expected at most 2 files, found 3")
	})
}

// An object that cannot be read makes its section missing, with a reason.
func TestUnreadableObjects(t *testing.T) {
	t.Parallel()
	name, tls := el("S", "Name", "In"), el("S", "AuthMechanism", "Tls")
	raw := base64.StdEncoding.EncodeToString(rootDER(t))
	internal := func(object string) map[string]string {
		return map[string]string{"internal-transport.xml": objs(object)}
	}
	remote, err := os.ReadFile(fixtures + "/remote/certificates.xml")
	require.NoError(t, err)
	_, otherRaw, _ := strings.Cut(string(remote), `<BA N="RawData">`)
	otherRaw, _, _ = strings.Cut(otherRaw, "<")
	_, serialized, _ := strings.Cut(string(remote), `<BA N="SerializationData">`)
	serialized, _, _ = strings.Cut(serialized, "<")
	server := obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.corp.contoso.test"))
	transport := func(thumbprint string) string {
		return obj(typeTransport, el("S", "Name", "EX01"), el("S", "InternalTransportCertificateThumbprint", thumbprint))
	}
	for test, c := range map[string]struct {
		files map[string]string
		want  string // DIR is the folder
	}{
		"connector without name":  {one(obj(typeConnector, el("S", "Server", "EX01"), tls)), "DIR/a.xml: object 1: expected the connector's Name"},
		"no AuthMechanism":        {one(server, connectorObj()), `DIR/a.xml: object 2: connector "Default EX01": expected AuthMechanism`},
		"null AuthMechanism":      {one(connectorObj(`<Nil N="AuthMechanism"/>`)), `DIR/a.xml: object 1: connector "Default EX01": expected AuthMechanism`},
		"odd AuthMechanism":       {one("\n" + connectorObj(el("S", "AuthMechanism", "Quantum"))), `DIR/a.xml: object 1: connector "Default EX01": line 2: AuthMechanism: expected flags such as Tls, Integrated, found <S>`},
		"negative AuthMechanism":  {one(connectorObj(el("I32", "AuthMechanism", "-1"))), `DIR/a.xml: object 1: connector "Default EX01": line 1: AuthMechanism: expected flags such as Tls, Integrated, found <I32>`},
		"odd Enabled":             {one(connectorObj(tls, el("S", "Enabled", "yes"))), `DIR/a.xml: object 1: connector "Default EX01": line 1: Enabled: expected true or false, found <S>`},
		"odd RequireTLS":          {one(connectorObj(tls, el("S", "RequireTLS", "yes"))), `DIR/a.xml: object 1: connector "Default EX01": line 1: RequireTLS: expected true or false, found <S>`},
		"odd SuppressXAnonymous":  {one(connectorObj(tls, el("S", "SuppressXAnonymousTls", "yes"))), `DIR/a.xml: object 1: connector "Default EX01": line 1: SuppressXAnonymousTls: expected true or false, found <S>`},
		"nameless Send connector": {one(obj(typeSend)), "DIR/a.xml: object 1: expected the Send connector's Name"},
		"no AddressSpaces":        {one(obj(typeSend, name, el("S", "SmartHostAuthMechanism", "None"))), `DIR/a.xml: object 1: Send connector "In": expected AddressSpaces`},
		"no SmartHostAuth":        {one(obj(typeSend, name, el("S", "AddressSpaces", "SMTP:*;1"))), `DIR/a.xml: object 1: Send connector "In": expected SmartHostAuthMechanism`},
		"odd SmartHostAuth": {
			one(obj(typeSend, name, el("S", "AddressSpaces", "SMTP:*;1"), enum("SmartHostAuthMechanism", "Quantum", "3"))),
			`DIR/a.xml: object 1: Send connector "In": line 1: SmartHostAuthMechanism: expected one of None, BasicAuth, BasicAuthRequireTLS, ExchangeServer, ExternalAuthoritative, found <Obj>`,
		},
		"Send connectors differ": {
			one(sendObj("None"), sendObj("ExchangeServer")), `DIR/a.xml: object 1 and DIR/a.xml: object 2 differ in Send connector "Out": expected exports made at the same time`,
		},
		"nameless subscription": {one(obj(typeEdge)), "DIR/a.xml: object 1: expected the Edge subscription's Name"},
		"odd subscription":      {one(obj(typeEdge, name, el("S", "Thumbprint", "ABCD"))), `DIR/a.xml: object 1: Edge subscription "In": line 1: Thumbprint: expected 40 hex digits, or nothing, found <S>`},
		"connectors differ": {
			map[string]string{"a.xml": objs(connectorObj(tls)), "b.xml": objs(server, connectorObj(el("S", "AuthMechanism", "None")))},
			`DIR/a.xml: object 1 and DIR/b.xml: object 2 differ in connector "Default EX01": expected exports made at the same time`,
		},
		"RawData of text":        {one(obj(typeCertificate, el("S", "RawData", "MIIC"))), "DIR/a.xml: object 1: line 1: RawData: expected bytes in base64, found <S>"},
		"RawData no base64":      {one(obj(typeCertificate, el("BA", "RawData", "MII*"))), "DIR/a.xml: object 1: line 1: RawData: expected bytes in base64, found <BA>"},
		"RawData no certificate": {one(obj(typeCertificate, el("BA", "RawData", "AAEC"))), "DIR/a.xml: object 1: RawData: expected a certificate in DER: "},
		"no RawData":             {one(obj(typeCertificate, name)), "DIR/a.xml: object 1: expected RawData or SerializationData, which contains the certificate"},
		"other Thumbprint":       {one(certificateObj(t, el("S", "Thumbprint", strings.Repeat("AB", 20)))), "DIR/a.xml: object 1: line 1: Thumbprint: expected the thumbprint of RawData, " + rootThumbprint + ", found <S>"},
		"other CertData":         {one(certificateObj(t, el("BA", "SerializationData", serialized))), "DIR/a.xml: object 1: line 1: RawData: expected the certificate in SerializationData, A1FCA956A8FC015B33B6F4194835F0AF744EACEC, found <BA>"},
		"certificates differ": {
			map[string]string{"new.xml": objs(certificateObj(t, el("S", "Services", "SMTP"))), "old.xml": objs(certificateObj(t, el("S", "Services", "None")))},
			"DIR/new.xml: object 1 and DIR/old.xml: object 1 differ in certificate " + rootThumbprint + ": expected exports made at the same time",
		},
		"bare certificates differ": {
			map[string]string{
				"a-internal-transport.xml": objs(obj(typeX509, el("BA", "RawData", raw))),
				"b-internal-transport.xml": objs(obj(typeX509, el("BA", "RawData", otherRaw))),
			},
			"DIR/a-internal-transport.xml: object 1 and DIR/b-internal-transport.xml: object 1 differ in the internal transport certificate: expected exports made at the same time",
		},
		"transport and bare certificate differ": {
			map[string]string{
				"a.xml":                  objs(transport(strings.Repeat("AB", 20))),
				"internal-transport.xml": objs(obj(typeX509, el("BA", "RawData", raw))),
			},
			"DIR/a.xml: object 1 and DIR/internal-transport.xml: object 1 differ in the internal transport certificate: expected exports made at the same time",
		},
		"bare certificate without RawData": {internal(obj(typeX509)), "DIR/internal-transport.xml: object 1: expected RawData, which contains the certificate"},
		"bare certificate of text":         {internal(obj(typeX509, el("S", "RawData", "x"))), "DIR/internal-transport.xml: object 1: line 1: RawData: expected bytes in base64, found <S>"},
		"bare certificate that is none":    {internal(obj(typeX509, el("BA", "RawData", "AAEC"))), "DIR/internal-transport.xml: object 1: RawData: expected a certificate in DER: "},
		"thumbprint too short":             {one(transport("ABCD")), "DIR/a.xml: object 1: line 1: InternalTransportCertificateThumbprint: expected 40 hex digits, or nothing, found <S>"},
		"thumbprint no hex":                {one(transport(strings.Repeat("XY", 20))), "DIR/a.xml: object 1: line 1: InternalTransportCertificateThumbprint: expected 40 hex digits, or nothing, found <S>"},
		"names differ": {
			map[string]string{"a.xml": objs(server), "b.xml": objs(obj(typeServer, el("S", "Name", "EX01"), el("S", "Fqdn", "ex01.fabrikam.test")))},
			"DIR/a.xml: object 1 and DIR/b.xml: object 1 differ in the server object: expected exports made at the same time",
		},
		"several servers, one not named": {
			one(server, obj(typeServer, el("S", "Name", "EX02")), obj(typeCertificate, el("BA", "RawData", raw))),
			"DIR/a.xml: object 3: expected the name of its server, because there are several (EX01, EX02); put each server's exports into a folder of its own",
		},
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			server := ""
			if strings.HasPrefix(test, "several") {
				server = "EX01"
			}
			doc, reports, err := run(t, folder(t, c.files), server)
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(reports, func(r string) bool { return strings.HasPrefix(r, c.want) }), "%q", reports)
			left := regexp.MustCompile(`^(DIR|EX01|ex01): (\w+) not gathered, because not every object could be read$`).FindStringSubmatch(reports[len(reports)-1])
			require.NotNil(t, left, "%q", reports)
			require.NotContains(t, doc.Sources, left[2])
			require.Nil(t, map[string]any{
				"connectors": doc.Connectors, "certificates": doc.Certificates, "send_connectors": doc.SendConnectors, "edge_subscriptions": doc.EdgeSubscriptions,
			}[left[2]])
			if left[2] == "directory" {
				require.Nil(t, doc.Directory)
			}
			if left[2] == "host" {
				require.Nil(t, doc.Host)
			}
		})
	}
}

// Each limit is exact, and those of bytes and elements apply to all files
// together.
func TestLimits(t *testing.T) {
	t.Parallel()
	file := objs(connectorObj(el("S", "AuthMechanism", "Tls")))
	folders := map[string]map[string]string{
		"one file":   {"a.xml": file},
		"two files":  {"a.xml": file, "b.xml": file},
		"attributes": {"a.xml": "<Objs><S" + strings.Repeat(` a=""`, 40) + "/></Objs>"},
	}
	remote, err := os.ReadFile(fixtures + "/remote/certificates.xml")
	require.NoError(t, err)
	folders["certificates"] = map[string]string{"a.xml": string(remote)}
	for _, test := range []struct {
		folder string
		limits Limits
		want   string // DIR is the folder; empty: no error
	}{
		{"one file", Limits{}, ""},
		{"one file", Limits{Files: 1, Bytes: len(file), Elements: 8, Depth: 4}, ""},
		{"one file", Limits{Bytes: len(file) - 1}, fmt.Sprintf("DIR/a.xml: expected at most %d bytes of CLIXML in all files together", len(file)-1)},
		{"one file", Limits{Elements: 7}, "DIR/a.xml: line 1: expected at most 7 elements in all files together"},
		{"one file", Limits{Depth: 3}, "DIR/a.xml: line 1: expected elements nested at most 3 deep"},
		{"two files", Limits{Bytes: 2 * len(file), Elements: 16, Files: 2}, ""},
		{"two files", Limits{Bytes: 2*len(file) - 1}, fmt.Sprintf("DIR/b.xml: expected at most %d bytes of CLIXML in all files together", 2*len(file)-1)},
		{"two files", Limits{Elements: 15}, "DIR/b.xml: line 1: expected at most 15 elements in all files together"},
		{"two files", Limits{Files: 1}, "exports: DIR: expected at most 1 files, found 2"},
		{"attributes", Limits{Elements: 19}, "DIR/a.xml: expected at most 38 attributes in all files together"},
		{"attributes", Limits{Elements: 20}, "DIR contains no object exported by Exchange"},
		{"certificates", Limits{}, ""},
	} {
		dir := folder(t, folders[test.folder])
		err := Gatherer{Dir: dir, Limits: test.limits}.Gather(t.Context(), &gather.Document{})
		if test.want == "" {
			require.NoError(t, err, "%+v", test)
			continue
		}
		require.Error(t, err, "%+v", test)
		require.Contains(t, strings.ReplaceAll(err.Error(), dir, "DIR"), test.want)
	}
}

// A file has the same result in every encoding that PowerShell and editors
// write.
func TestEncodings(t *testing.T) {
	t.Parallel()
	text := "<Objs>\r\n" + connectorObj(el("S", "Name", "Prüfstand \U0001F4E7"), el("S", "AuthMechanism", "Tls")) + "</Objs>\n"
	encode := func(order unicode.Endianness, bom unicode.BOMPolicy, text string) string {
		encoded, err := unicode.UTF16(order, bom).NewEncoder().String(text)
		require.NoError(t, err)
		return encoded
	}
	for name, content := range map[string]string{
		"UTF-8":                           text,
		"UTF-8, mark":                     "\ufeff" + text,
		"UTF-8, declaration":              `<?xml version="1.0" encoding="utf-8"?>` + text,
		"UTF-8, wrong declaration":        `<?xml version="1.0" encoding="UTF-16"?>` + text,
		"UTF-16 little-endian, mark":      encode(unicode.LittleEndian, unicode.UseBOM, text),
		"UTF-16 big-endian, mark":         encode(unicode.BigEndian, unicode.UseBOM, text),
		"UTF-16 little-endian, declared":  encode(unicode.LittleEndian, unicode.UseBOM, `<?xml version="1.0" encoding="utf-16"?>`+text),
		"UTF-16 little-endian, no mark":   encode(unicode.LittleEndian, unicode.IgnoreBOM, text),
		"UTF-16 big-endian, no mark":      encode(unicode.BigEndian, unicode.IgnoreBOM, text),
		"comment, instruction, and space": "\n <?pi x?><!-- c -->" + text + "<!-- c -->\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, _, err := run(t, folder(t, map[string]string{"a.xml": content}), "")
			require.NoError(t, err)
			require.Equal(t, "Prüfstand \U0001F4E7", doc.Connectors[0].Name)
		})
	}
}

// Half of a UTF-16 pair is not a character: its replacement is reported with
// the file and the first line.
func TestLostCharacters(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for name, text := range map[string]string{"escaped.xml": "_xD83D_", "raw.xml": "\xd8", "whole.xml": "_xD83D__xDE00_"} {
		xml := "<Objs>\n<Obj><TN><T>Other</T></TN><S>" + text + "</S>\n<S>" + text + "</S></Obj></Objs>"
		if name == "raw.xml" {
			encoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(xml, text, "\u4141"))
			require.NoError(t, err)
			xml = strings.ReplaceAll(encoded, "\x41\x41", "\x3d\xd8")
		}
		files[name] = xml
	}
	dir := folder(t, files)
	var notes []string
	g := Gatherer{Dir: dir, Report: func(sentence string) { notes = append(notes, sentence) }}
	_ = g.Gather(t.Context(), &gather.Document{}) // none of the objects is from Exchange
	notes = slices.DeleteFunc(notes, func(note string) bool { return !strings.Contains(note, "half of a UTF-16 pair") })
	require.Equal(t, []string{
		dir + "/escaped.xml: line 2: found half of a UTF-16 pair, replaced with U+FFFD; texts affected in the file: 2",
		dir + "/raw.xml: line 2: found half of a UTF-16 pair, replaced with U+FFFD; texts affected in the file: 2",
	}, notes)
}
