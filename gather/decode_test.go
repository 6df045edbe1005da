package gather

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/policies/schemas"
)

const (
	thumbA = "00112233445566778899AABBCCDDEEFF00112233"
	thumbB = "FF112233445566778899AABBCCDDEEFF00112233"
)

// whole is a document with every field, in the order of Encode.
const whole = `{
  "schema_version": 1,
  "server": "EX01",
  "now": "2026-11-22T07:00:00Z",
  "phase": "startup",
  "connectors": [
    {
      "name": "Default <EX01> & more",
      "auth_mechanisms": [
        "Tls",
        "ExchangeServer"
      ],
      "enabled": false,
      "fqdn": "ex01.contoso.test",
      "bindings": [
        "0.0.0.0:25"
      ]
    }
  ],
  "directory": {
    "readable": true,
    "internal_transport_certificate": "` + thumbA + `"
  },
  "host": {
    "dns_fqdn": "ex01.contoso.test",
    "dns_host_name": "EX01",
    "physical_dns_fqdn": "ex01.contoso.test",
    "physical_dns_host_name": "EX01",
    "nlb_cluster_names": [
      "nlb.contoso.test"
    ]
  },
  "certificates": [
    {
      "thumbprint": "` + thumbA + `",
      "version": 3,
      "subject": "CN=EX01",
      "issuer": "CN=EX01",
      "serial_number": "01",
      "subject_common_names": [
        "EX01"
      ],
      "dns_names": [],
      "not_before": "2024-02-29T00:00:00Z",
      "not_after": "9999-12-31T23:59:59Z",
      "has_private_key": null,
      "services": null,
      "self_signed": null,
      "trust": {
        "chain": "trusted",
        "valid_from": "2024-02-29T00:00:00Z",
        "valid_until": null,
        "revoked": false
      },
      "key_algorithm": "RSA",
      "key_bits": 2048
    }
  ],
  "sources": {
    "certificates": "clixml:a.xml"
  }
}
`

func TestDecodeEncode(t *testing.T) {
	t.Parallel()
	doc, err := Decode([]byte(whole))
	require.NoError(t, err)
	no := false
	require.Equal(t, &no, doc.Connectors[0].Enabled)
	require.Equal(t, "9999-12-31T23:59:59Z", doc.Certificates[0].NotAfter)
	require.NotNil(t, doc.Certificates[0].DNSNames)
	require.Nil(t, doc.Certificates[0].Services)
	require.Equal(t, 2048, doc.Certificates[0].KeyBits)
	var out bytes.Buffer
	require.NoError(t, doc.Encode(&out))
	require.Equal(t, whole, out.String())
}

func TestDecodeAccepts(t *testing.T) {
	t.Parallel()
	utf16le := []byte{0xff, 0xfe}
	utf16be := []byte{0xfe, 0xff}
	for _, unit := range utf16.Encode([]rune(whole)) {
		utf16le = append(utf16le, byte(unit), byte(unit>>8))
		utf16be = append(utf16be, byte(unit>>8), byte(unit))
	}
	want, err := Decode([]byte(whole))
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"UTF-8 with a byte order mark": []byte("\ufeff" + whole),
		"UTF-16, little-endian":        utf16le,
		"UTF-16, big-endian":           utf16be,
		"whole numbers with a point":   []byte(strings.NewReplacer(`version": 1`, `version": 1.0`, `: 2048`, `: 2.048e3`).Replace(whole)),
		"$schema":                      []byte(strings.Replace(whole, "{", `{"$schema": "input.json",`, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Decode(data)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}

	// An empty section is not the same as one that was not gathered.
	doc, err := Decode([]byte(`{"schema_version":1,"server":"x","connectors":[],"directory":{"readable":true,"internal_transport_certificate":null},` +
		`"host":{"dns_fqdn":"a","dns_host_name":"a","physical_dns_fqdn":"a","physical_dns_host_name":"a"},"certificates":[]}`))
	require.NoError(t, err)
	require.NotNil(t, doc.Connectors)
	require.NotNil(t, doc.Certificates)
	require.Nil(t, doc.Directory.InternalTransportCertificate)
	require.Empty(t, doc.Missing())
}

func TestDecodeRejects(t *testing.T) {
	t.Parallel()
	replace := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			require.Equal(t, 1, strings.Count(whole, pairs[i]), pairs[i])
		}
		return strings.NewReplacer(pairs...).Replace(whole)
	}
	services := `expected "None", "IMAP", "POP", "UM", "IIS", "SMTP", "Federation" or "UMCallRouter", found `
	for name, c := range map[string]struct {
		text, err string
	}{
		"nothing":      {"", "expected a document (a JSON object), found nothing"},
		"blanks":       {"\ufeff \r\n", "expected a document (a JSON object), found nothing"},
		"a list":       {"[" + whole + "]", "expected one document (a JSON object), found an array"},
		"a number":     {"12", "expected one document (a JSON object), found 12"},
		"CLIXML":       {`<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">`, "expected a document (a JSON object), found an export of the Exchange Management Shell"},
		"other XML":    {"<a/>", "byte 0 (line 1, column 1): expected JSON: invalid character '<' at start of value"},
		"cut off":      {whole[:20], "byte 20 (line 2, column 19): the text ends too early: expected the rest of the JSON"},
		"two":          {"{}\n{}", "byte 3 (line 2, column 1): expected JSON: invalid character '{' after top-level value"},
		"bad UTF-8":    {"{\"server\": \"\xe9\"}", "byte 12 (line 1, column 13): expected JSON: invalid UTF-8"},
		"tiny number":  {`{"schema_version": 1e-999999999}`, "byte 19 (line 1, column 20): expected JSON: value out of range"},
		"long number":  {`{"schema_version": ` + strings.Repeat("1", 101) + `}`, "byte 19 (line 1, column 20): expected JSON: expected a number of at most 100 characters"},
		"number":       {`{"schema_version": 1e999}`, "byte 19 (line 1, column 20): expected JSON: value out of range"},
		"twice":        {"{\n  \"server\": \"a\",\n  \"server\": \"a\"}", "byte 21 (line 3, column 3): expected JSON: server: the key occurs twice"},
		"twice, below": {`{"certificates":[{},{"a":{"b-c":1,"b-c":2}}]}`, "byte 34 (line 1, column 35): expected JSON: certificates[1].a.b-c: the key occurs twice"},
		"nothing in it": {"{}", `schema_version: missing: expected 1
server: missing: expected a non-empty string
connectors: missing: expected an array
directory: missing: expected an object
host: missing: expected an object
certificates: missing: expected an array`},
		"a time":               {replace(`"not_before": "2024-02-29T00:00:00Z"`, `"not_before": "2024"`), `certificates[0].not_before: expected a time YYYY-MM-DDThh:mm:ssZ, found "2024"`},
		"a time with fraction": {replace(`"9999-12-31T23:59:59Z"`, `"9999-12-31T23:59:59.5Z"`), `certificates[0].not_after: expected a time YYYY-MM-DDThh:mm:ssZ, found "9999-12-31T23:59:59.5Z"`},
		"a day that is none":   {replace(`"9999-12-31T23:59:59Z"`, `"2023-02-29T23:59:59Z"`), `certificates[0].not_after: expected a date that exists, found "2023-02-29T23:59:59Z"`},
		"now":                  {replace(`"2026-11-22T07:00:00Z"`, `"2026-11-31T07:00:00Z"`), `now: expected a date that exists, found "2026-11-31T07:00:00Z"`},
		"a window":             {replace(`"valid_until": null`, `"valid_until": 0`), `certificates[0].trust.valid_until: expected a time YYYY-MM-DDThh:mm:ssZ or null, found 0`},
		"a window's day":       {replace(`"valid_until": null`, `"valid_until": "2024-04-31T00:00:00Z"`), `certificates[0].trust.valid_until: expected a date that exists, found "2024-04-31T00:00:00Z"`},
		"a thumbprint":         {replace(`"thumbprint": "`+thumbA, `"thumbprint": "`+strings.ToLower(thumbA)), `certificates[0].thumbprint: expected a thumbprint, 40 uppercase hex digits, found "` + strings.ToLower(thumbA) + `"`},
		"a text or null":       {replace(`"internal_transport_certificate": "`+thumbA, `"internal_transport_certificate": "`), `directory.internal_transport_certificate: expected a thumbprint, 40 uppercase hex digits or null, found ""`},
		"unknown key":          {replace(`"not_before"`, `"not_befor"`), "certificates[0].not_before: missing: expected a time YYYY-MM-DDThh:mm:ssZ\ncertificates[0].not_befor: unknown key: did you mean not_before?"},
		"another case":         {replace(`"phase"`, `"Phase"`), "Phase: unknown key: did you mean phase?"},
		"nothing like it":      {replace(`"phase"`, `"a \"key\""`), `["a \"key\""]: unknown key`},
		"odd names":            {replace(`"certificates": "clixml:a.xml"`, `"a/b~c d": 3`), `sources["a/b~c d"]: expected a string, found 3`},
		"an empty text": {replace(`"EX01",
  "now"`, `"",
  "now"`), `server: expected a non-empty string, found ""`},
		"a mechanism":     {replace(`"Tls"`, `"TLS"`), `connectors[0].auth_mechanisms[0]: expected "None", "Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer" or "ExternalAuthoritative", found "TLS"`},
		"services":        {replace(`"services": null`, `"services": [true, "smtp", {}]`), "certificates[0].services[0]: " + services + "true\ncertificates[0].services[1]: " + services + "\"smtp\"\ncertificates[0].services[2]: " + services + "an object"},
		"a boolean":       {replace(`"self_signed": null`, `"self_signed": "no"`), `certificates[0].self_signed: expected true, false or null, found "no"`},
		"nearly 3":        {replace(`"version": 3`, `"version": 2.9999999999999999999999`), "certificates[0].version: expected a whole number, 1 or more, found 2.9999999999999999999999"},
		"a bit over 3":    {replace(`"version": 3`, `"version": 3.0000000000000000000001`), "certificates[0].version: expected a whole number, 1 or more, found 3.0000000000000000000001"},
		"nearly 1":        {replace(`"schema_version": 1`, `"schema_version": 0.99999999999999999999`), "schema_version: expected 1, found 0.99999999999999999999"},
		"half a bit":      {replace(`2048`, `2048.5`), "certificates[0].key_bits: expected a whole number, 0 or more, found 2048.5"},
		"version 0":       {replace(`"version": 3`, `"version": 0`), "certificates[0].version: expected a whole number, 1 or more, found 0"},
		"too many bits":   {replace(`2048`, `1e30`), "certificates[0].key_bits: expected at most 2147483647, found 1e+30"},
		"another version": {replace(`"schema_version": 1`, `"schema_version": 2`), "schema_version: expected 1, found 2"},
		"null section": {replace(`"sources": {
    "certificates": "clixml:a.xml"
  }`, `"sources": null`), "sources: expected an object, found null"},
		"null switch": {replace(`"enabled": false`, `"enabled": null`), "connectors[0].enabled: expected true or false, found null"},
		"long texts are cut": {replace(`"valid_until": null`, `"valid_until": "`+strings.Repeat("é", 100)+`"`),
			`certificates[0].trust.valid_until: expected a time YYYY-MM-DDThh:mm:ssZ or null, found "` + strings.Repeat("é", 60) + `…"`},
		"der": {replace(`"key_bits": 2048`, `"der": "AA"`), "certificates[0].der: expected base64: illegal base64 data at input byte 0"},
		"empty der": {replace(`"key_bits": 2048`, `"der": ""`),
			"certificates[0].der: expected the certificate with the thumbprint " + thumbA + ", found the one with DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"}, // sha1sum of nothing
		"in the document's order": {replace(`"server": "EX01"`, `"server": 1`, `"startup"`, `"Startup"`, `"readable": true`, `"readable": 1`, `"version": 3`, `"version": "3"`, `"chain": "trusted"`, `"chain": "ok"`),
			`server: expected a non-empty string, found 1
phase: expected "session" or "startup", found "Startup"
directory.readable: expected true or false, found 1
certificates[0].version: expected a whole number, 1 or more, found "3"
certificates[0].trust.chain: expected "trusted", "untrusted" or "unknown", found "ok"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := Decode([]byte(c.text))
			require.EqualError(t, err, c.err)
			require.Nil(t, doc)
		})
	}
}

func TestDecodeCertificates(t *testing.T) {
	t.Parallel()
	f := forge.New(t, forge.Recipe{CN: "x"})
	print := f.Thumbprint()
	certificate := func(thumbprint string, der []byte) string {
		extra := ""
		if der != nil {
			extra = `,"der":"` + base64.StdEncoding.EncodeToString(der) + `"`
		}
		return `{"thumbprint":"` + thumbprint + `","version":3,"subject_common_names":[],"dns_names":[],"not_before":"2020-01-01T00:00:00Z",` +
			`"not_after":"2020-01-01T00:00:00Z","has_private_key":null,"services":null,"self_signed":null,"trust":{"chain":"unknown"}` + extra + `}`
	}
	list := func(certificates ...string) []byte {
		return []byte(`{"certificates":[` + strings.Join(certificates, ",") + `]}`)
	}
	doc, err := DecodePartial(list(certificate(print, f.DER), certificate(thumbA, nil), certificate(thumbB, nil)))
	require.NoError(t, err)
	require.Equal(t, f.DER, doc.Certificates[0].DER)
	require.Nil(t, doc.Certificates[1].DER)

	_, err = DecodePartial(list(certificate(thumbA, nil), certificate(thumbB, nil), certificate(thumbA, f.DER)))
	require.EqualError(t, err, "certificates[2].thumbprint: expected each certificate once, found \""+thumbA+"\", which is also in certificates[0]\n"+
		"certificates[2].der: expected the certificate with the thumbprint "+thumbA+", found the one with "+print)

	_, err = DecodePartial([]byte(`{"certificates":[1,{"thumbprint":5,"der":7}]}`))
	require.ErrorContains(t, err, "certificates[0]: expected an object, found 1\n")
	require.ErrorContains(t, err, "certificates[1].der: expected a string, found 7")

	// Twenty faults, then the number of the others. A bare certificate lacks
	// ten keys.
	_, err = DecodePartial([]byte(`{"certificates":[{},{},{}]}`))
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 21)
	require.Equal(t, "certificates[0].thumbprint: missing: expected a thumbprint, 40 uppercase hex digits", lines[0])
	require.Equal(t, "certificates[1].trust: missing: expected an object", lines[19])
	require.Equal(t, "and 10 more", lines[20])
}

// Documents with so many values that naming faults would take memory and time
// are rejected, at the exact limit.
func TestDecodeBoundsValues(t *testing.T) {
	t.Parallel()
	text := func(commas int) []byte { return []byte(`{"x":[` + strings.Repeat("0,", commas) + `0]}`) }
	for _, decode := range []func([]byte) (*Document, error){Decode, DecodePartial} {
		_, err := decode(text(maxValues - 2)) // and two brackets
		require.ErrorContains(t, err, "x: unknown key")
		_, err = decode(text(maxValues - 1))
		require.EqualError(t, err, "expected at most 1000000 values, found more")
	}
}

func TestDecodePartial(t *testing.T) {
	t.Parallel()
	doc, err := DecodePartial([]byte("{}"))
	require.NoError(t, err)
	require.Equal(t, &Document{}, doc)
	require.Equal(t, []string{"server", "connectors", "directory", "host", "certificates"}, doc.Missing())

	_, err = DecodePartial([]byte(`{"host":{"dns_fqdn":"x"},"schema_version":7}`))
	require.EqualError(t, err, `host.dns_host_name: missing: expected a non-empty string
host.physical_dns_fqdn: missing: expected a non-empty string
host.physical_dns_host_name: missing: expected a non-empty string
schema_version: expected 1, found 7`)
}

// The messages cover every keyword and pattern of the schema.
func TestSchemaIsUnderstood(t *testing.T) {
	t.Parallel()
	known := strings.Fields("$schema $id title description type additionalProperties required properties items definitions $ref enum examples minLength minimum pattern")
	var walk func(path string, node map[string]any)
	walk = func(path string, node map[string]any) {
		for key, value := range node {
			require.Contains(t, known, key, path)
			switch key {
			case "pattern":
				require.NotEmpty(t, patterns[value.(string)], path)
			case "properties", "definitions":
				for name, sub := range value.(map[string]any) {
					walk(path+"/"+name, sub.(map[string]any))
				}
			case "required":
				for _, name := range value.([]any) {
					require.Contains(t, node["properties"], name, path)
				}
			case "items", "additionalProperties":
				if sub, ok := value.(map[string]any); ok {
					walk(path+"/"+key, sub)
				}
			}
		}
	}
	var schema map[string]any
	require.NoError(t, json.Unmarshal(schemas.Input, &schema))
	walk("", schema)
}

func TestDecodeNeverPanics(t *testing.T) {
	t.Parallel()
	random := mathrand.New(mathrand.NewPCG(3, 4))
	pieces := []string{"null", "[]", "{}", "1", `"x"`, "-1e9", "true", `{"a":[{}]}`, `[1,[2]]`, `""`}
	var tokens []string
	for _, token := range strings.FieldsFunc(whole, func(r rune) bool { return strings.ContainsRune(" \n", r) }) {
		tokens = append(tokens, token, " ")
	}
	for range 3000 {
		altered := slices.Clone(tokens)
		for range 1 + random.IntN(3) {
			i := random.IntN(len(altered))
			suffix := ""
			if strings.HasSuffix(altered[i], ",") {
				suffix = ","
			}
			altered[i] = pieces[random.IntN(len(pieces))] + suffix
		}
		if doc, err := Decode([]byte(strings.Join(altered, ""))); err == nil {
			require.Empty(t, doc.Missing())
		} else {
			require.NotEmpty(t, err.Error())
		}
	}
	deep := strings.Repeat(`{"host":`, 20_000)
	_, err := Decode([]byte(deep))
	require.ErrorContains(t, err, "exceeded max depth")
	_, err = Decode([]byte(strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000)))
	require.ErrorContains(t, err, "found an array")
	_, err = Decode([]byte(strings.Repeat(`{"host":`, 9000) + "1" + strings.Repeat(`}`, 9000)))
	require.ErrorContains(t, err, "host.host: unknown key")
}

func TestFacts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	before := func() *Document {
		doc, err := Decode([]byte(whole))
		require.NoError(t, err)
		doc.Sources = map[string]string{"certificates": "clixml:a.xml", "host": "flag:--host"}
		return doc
	}

	overlaid := func(doc *Document, name, text string) *Document {
		facts, err := ReadFacts(nil, write(name, text))
		require.NoError(t, err)
		doc.Overlay(facts)
		return doc
	}
	require.Equal(t, before(), overlaid(before(), "none.json", "{}"))

	want := before()
	want.Server, want.Now = "EX02", "2027-01-01T00:00:00Z"
	want.Connectors = []Connector{}
	want.Directory = &Directory{}
	want.Sources["connectors"], want.Sources["directory"] = "facts:some.json", "facts:some.json"
	require.Equal(t, want, overlaid(before(), "some.json", `{"server":"EX02","now":"2027-01-01T00:00:00Z","connectors":[],
		"directory":{"readable":false,"internal_transport_certificate":null}}`))

	// A document that was gathered elsewhere keeps its sources.
	want, err := Decode([]byte(whole))
	require.NoError(t, err)
	want.Sources = map[string]string{
		"connectors": "facts:ex01.json", "directory": "facts:ex01.json", "host": "facts:ex01.json",
		"certificates": "facts:ex01.json, clixml:a.xml",
	}
	require.Equal(t, want, overlaid(&Document{SchemaVersion: Version}, "ex01.json", whole))

	path := write("bad.json", `{"hots":{}}`)
	_, err = ReadFacts(nil, path)
	require.EqualError(t, err, path+": hots: unknown key")
	_, err = ReadFacts(nil, filepath.Join(dir, "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestUnknownTrust(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	doc := &Document{Certificates: []Certificate{
		{SelfSigned: &yes, Trust: Trust{Chain: ChainUnknown}},
		{SelfSigned: &no, Trust: Trust{Chain: ChainTrusted}},
	}}
	require.Empty(t, doc.UnknownTrust())
	doc.Certificates = append(doc.Certificates, Certificate{SelfSigned: &no, Trust: Trust{Chain: ChainUnknown}}, Certificate{Trust: Trust{Chain: ChainUnknown}})
	require.Equal(t, 2, doc.UnknownTrust())
}

func TestEncodeFails(t *testing.T) {
	t.Parallel()
	require.Error(t, (&Document{}).Encode(failing{}))
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }
