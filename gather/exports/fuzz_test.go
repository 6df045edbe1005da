package exports

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/printable"
)

// FuzzCLIXML checks that gathering from any file results in a valid document.
func FuzzCLIXML(f *testing.F) {
	for _, pattern := range []string{fixtures + "/*/*.xml", fixtures + "/script/*/organization/*.xml", real + "/*/*.xml"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Add([]byte(`<Objs><Obj RefId="0"><LST><Obj RefId="1"><TN RefId="0"><T>a</T></TN><LST><Ref RefId="0"/><Ref RefId="1"/></LST></Obj></LST></Obj></Objs>`))
	f.Add([]byte(`<Objs><Obj><DCT><En><S N="Key">a_x000A__xD83D__xDE00_</S><Nil N="Value"/></En></DCT><I32>-1</I32></Obj></Objs>`))
	f.Add([]byte("\xff\xfe<\x00O\x00b\x00j\x00s\x00/\x00>\x00"))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "bbbb">]><Objs><S>&b;&#x1b;</S></Objs>`))
	path := filepath.Join(f.TempDir(), "a.xml")
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		report := func(sentence string) { hostile.Check(t, sentence) }
		document := &gather.Document{SchemaVersion: gather.Version, Sources: map[string]string{"host": "fuzz"}}
		if err := (Gatherer{Dir: path, Report: report}).Gather(t.Context(), document); err != nil {
			hostile.Check(t, err.Error())
			require.Contains(t, err.Error(), path)
			return
		}
		fill(document)
		var text bytes.Buffer
		require.NoError(t, document.Encode(&text))
		again, err := gather.Decode(text.Bytes())
		require.NoError(t, err, "%s", &text)
		require.Equal(t, document, again)
	})
}

// fill adds the sections that an export may lack.
func fill(document *gather.Document) {
	if document.Server == "" {
		document.Server = "EX01"
	}
	if document.Connectors == nil {
		document.Connectors = []gather.Connector{}
	}
	if document.Directory == nil {
		document.Directory = &gather.Directory{}
	}
	if document.Host == nil {
		document.Host = &gather.Host{DNSFQDN: "a", DNSHostName: "a", PhysicalDNSFQDN: "a", PhysicalDNSHostName: "a"}
	}
	if document.Certificates == nil {
		document.Certificates = []gather.Certificate{}
	}
}

// FuzzZip checks that any zip file is read within the limits, or rejected.
func FuzzZip(f *testing.F) {
	remote, err := os.ReadFile(fixtures + "/remote-signed/certificates.xml")
	require.NoError(f, err)
	connectors := objs(obj(typeConnector, el("S", "Name", "x"), el("S", "Server", "EX01"), el("S", "AuthMechanism", "Tls")))
	f.Add(zipBytes(f, map[string]string{"a.xml": connectors}))
	f.Add(zipBytes(f, map[string]string{"x/servers/EX01/a.xml": string(remote), "x/servers/EX02/b.xml": connectors, "x/organization/c.xml": connectors}))
	f.Add(zipBytes(f, map[string]string{"servers/EX01/a.xml": connectors[:90], "servers/EX02/b": "x", "c": "<html/>"}))
	f.Add(zipBytes(f, nil))
	limits := Limits{Files: 20, Bytes: 1 << 20, Elements: 1000}.WithDefaults()
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := ReadZip(bytes.NewReader(data), int64(len(data)), limits)
		if err != nil {
			hostile.Check(t, printable.Error(err).Error())
			return
		}
		require.NoError(t, fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, _ error) error {
			require.True(t, fs.ValidPath(name), name)
			return nil
		}))
		report := func(sentence string) { hostile.Check(t, sentence) }
		docs, err := Gatherer{Dir: "a.zip", Files: files, Limits: limits, Report: report}.All(t.Context())
		if err != nil {
			hostile.Check(t, err.Error())
			require.Contains(t, err.Error(), "a.zip")
			return
		}
		for _, document := range docs {
			document.Sources = map[string]string{"host": "fuzz"} // names of files are not checked here
			fill(document)
			var text bytes.Buffer
			require.NoError(t, document.Encode(&text))
			_, err := gather.Decode(text.Bytes())
			require.NoError(t, err, "%s", &text)
		}
	})
}

var startsWithPlace = regexp.MustCompile(`^byte \d+: expected `)

// FuzzNRBF checks that any .NET stream, signed or not, results in an object or an error that
// names the byte, and that an export with this stream contains no other facts.
func FuzzNRBF(f *testing.F) {
	paths, err := filepath.Glob(fixtures + "/*/certificates.xml")
	require.NoError(f, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		for _, after := range strings.Split(string(text), `<BA N="SerializationData">`)[1:] {
			encoded, _, _ := strings.Cut(after, "<")
			data, err := base64.StdEncoding.DecodeString(encoded)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Add(rooted(6, []byte{17}, i32(2, 2000000000), []byte{14}, i32(2000000000), end))
	f.Add(rooted(7, []byte{2}, []byte{15}, i32(2, 3), []byte{2, 1, 2, 3}, end))
	f.Add(rooted(1, []byte{9}, i32(1), end))
	f.Add(rooted(5, []byte{7}, i32(3), []byte{1}, i32(1, 0), []byte{7, 2}, end))
	f.Add(slices.Concat(header, bytes.Repeat([]byte{12, 1, 0, 0, 0, 0}, 100), end))
	f.Fuzz(func(t *testing.T, data []byte) {
		content, signed, err := unsign(data)
		require.Equal(t, bytes.HasPrefix(data, []byte("#sig#")), signed)
		if err != nil {
			require.Regexp(t, startsWithPlace, err.Error())
			return
		}
		if signed {
			require.Len(t, content, len(data)-9-32)
		}
		c, err := decodeNRBF(content, defaults.Records)
		if err != nil {
			require.Regexp(t, startsWithPlace, err.Error())
			require.Nil(t, c)
		}
		text := base64.StdEncoding.EncodeToString(data)
		o := &object{props: []value{{kind: "BA", name: "SerializationData", text: text}}}
		s, err := readSerialized(o, defaults.Records)
		if err != nil {
			return
		}
		require.NotNil(t, s.certificate)
		require.True(t, bytes.Contains(data, s.certificate))
		require.NotContains(t, o.string("FriendlyName"), "\x00")
	})
}
