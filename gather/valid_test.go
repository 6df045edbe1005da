package gather

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the fast path accepts, the schema accepts too, with the same result.
// A document that was decoded is valid, and no other is. Every value of some
// fixtures is replaced in turn by values that do not fit.
func TestTheFastPathAgreesWithTheSchema(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../fixtures/[0-9]0-*/input.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	quick, refused := 0, 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var whole any
		require.NoError(t, json.Unmarshal(text, &whole))
		q, r := compareMutants(t, whole)
		quick, refused = quick+q, refused+r
	}
	require.Greater(t, quick, 900)
	require.Greater(t, refused, 1000)
}

// compareMutants checks for every mutant of a document that the fast path and the
// schema agree on it, and that nothing is lost when it is converted to JSON and back.
// It returns how many were accepted by the fast path, and how many were rejected.
func compareMutants(t *testing.T, whole any) (quick, refused int) {
	compare := func(place string) {
		mutant, err := json.Marshal(whole)
		require.NoError(t, err)
		slow, err := decode(mutant, documentSchema())
		fast := decodeFast(mutant)
		if err != nil {
			require.Nil(t, fast, place)
			refused++
			return
		}
		require.True(t, slow.valid(false), place)
		require.Equal(t, slow, encoded(t, slow), place)
		if fast != nil {
			require.Equal(t, slow, fast, place)
			quick++
		}
	}
	compare("unchanged")
	mutate(whole, "", nil, compare)
	return quick, refused
}

func TestTheFastPathRejectsDuplicateKeys(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../fixtures/01-as-installed/input.json")
	require.NoError(t, err)
	require.NotNil(t, decodeFast(text))
	require.Nil(t, decodeFast(append([]byte(`{"server": "EX02",`), text[1:]...)))
	require.Nil(t, decodeFast(append(text, "{}"...)))
}

// The fast path looks for null in the text, where the key before it may be only
// text too: a source can have the name of a fact, and a name can contain
// anything.
func TestTheFastPathRejectsMisplacedNull(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../fixtures/01-as-installed/input.json")
	require.NoError(t, err)
	with := func(old, new string) []byte {
		require.Contains(t, string(text), old)
		return []byte(strings.Replace(string(text), old, new, 1))
	}
	for _, key := range canBeNull {
		for _, source := range []string{`"` + key + `": null`, `"` + key + "\" :\n null", `"\"` + key + `": null`} {
			changed := with(`"sources": {`, `"sources": {`+source+`,`)
			require.Nil(t, decodeFast(changed), source)
			_, err := Decode(changed)
			require.ErrorContains(t, err, "expected a string, found null", source)
		}
	}
	for _, value := range []string{`null`, "\n\tnull", `[null]`} {
		require.Nil(t, decodeFast(with(`"server": "EX01"`, `"server": `+value)), value)
	}
	require.NotNil(t, decodeFast(with(`"revoked": null`, "\"revoked\"\t:\r\n null")))
	// JSON with null only inside a string is rejected by the fast path alone.
	named := with(`"server": "EX01"`, `"server": "null"`)
	require.Nil(t, decodeFast(named))
	document, err := Decode(named)
	require.NoError(t, err)
	require.Equal(t, "null", document.Server)
}

// A document made in Go is valid if and only if its JSON is.
func TestValid(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*Document){
		"as it is":                 func(*Document) {},
		"version of the format":    func(d *Document) { d.SchemaVersion = 0 },
		"no server":                func(d *Document) { d.Server = "" },
		"now":                      func(d *Document) { d.Now = "2024-02-31T00:00:00Z" },
		"now with fractions":       func(d *Document) { d.Now = "2024-02-01T00:00:00.5Z" },
		"phase":                    func(d *Document) { d.Phase = "x" },
		"startup":                  func(d *Document) { d.Phase = "startup" },
		"no connectors":            func(d *Document) { d.Connectors = nil },
		"empty connectors":         func(d *Document) { d.Connectors = []Connector{} },
		"connector without a name": func(d *Document) { d.Connectors[0].Name = "" },
		"no auth mechanisms":       func(d *Document) { d.Connectors[0].AuthMechanisms = nil },
		"unknown auth mechanism":   func(d *Document) { d.Connectors[0].AuthMechanisms = []string{"tls"} },
		"no directory":             func(d *Document) { d.Directory = nil },
		"directory null":           func(d *Document) { d.Directory.InternalTransportCertificate = nil },
		"directory thumbprint":     func(d *Document) { d.Directory.InternalTransportCertificate = new(string) },
		"no host":                  func(d *Document) { d.Host = nil },
		"no name":                  func(d *Document) { d.Host.PhysicalDNSHostName = "" },
		"empty cluster name":       func(d *Document) { d.Host.NLBClusterNames = []string{"a", ""} },
		"no certificates":          func(d *Document) { d.Certificates = nil },
		"empty store":              func(d *Document) { d.Certificates = []Certificate{} },
		"same certificate twice":   func(d *Document) { d.Certificates = append(d.Certificates, d.Certificates[0]) },
		"thumbprint":               func(d *Document) { d.Certificates[0].Thumbprint = d.Certificates[0].Thumbprint[1:] + "x" },
		"certificate version":      func(d *Document) { d.Certificates[0].Version = 0 },
		"key bits":                 func(d *Document) { d.Certificates[0].KeyBits = -1 },
		"no list of common names":  func(d *Document) { d.Certificates[0].SubjectCommonNames = nil },
		"no list of DNS names":     func(d *Document) { d.Certificates[0].DNSNames = nil },
		"not before":               func(d *Document) { d.Certificates[0].NotBefore = "" },
		"not after":                func(d *Document) { d.Certificates[0].NotAfter = "9999-12-31T23:59:60Z" },
		"the year 9999":            func(d *Document) { d.Certificates[0].NotAfter = "9999-12-31T23:59:59Z" },
		"services unknown":         func(d *Document) { d.Certificates[0].Services = nil },
		"unknown service":          func(d *Document) { d.Certificates[0].Services = []string{"smtp"} },
		"chain":                    func(d *Document) { d.Certificates[0].Trust.Chain = "" },
		"window":                   func(d *Document) { d.Certificates[0].Trust.ValidFrom = new(string) },
		"end of the window":        func(d *Document) { d.Certificates[0].Trust.ValidUntil = new(string) },
		"gathered at":              func(d *Document) { d.GatheredAt = "2026-11-22" },
		"exchange version":         func(d *Document) { d.ExchangeVersion = "15" },
		"five numbers":             func(d *Document) { d.ExchangeVersion = "15.2.1748.10.1" },
		"procedure":                func(d *Document) { d.Procedure = "2013" },
		"role":                     func(d *Document) { d.Roles = []string{"Hub"} },
		"no roles":                 func(d *Document) { d.Roles = []string{} },
		"not an address":           func(d *Document) { d.ExchangeServerAddresses = []string{"10.0.0.256"} },
		"address with a zone":      func(d *Document) { d.ExchangeServerAddresses = []string{"fe80::1%eth0"} },
		"addresses":                func(d *Document) { d.ExchangeServerAddresses = []string{"10.0.0.1", "fd00::1", "::ffff:10.0.0.1"} },
		"transport role":           func(d *Document) { d.Connectors[0].TransportRole = "Frontend" },
		"nothing set":              func(d *Document) { d.Connectors[0].TLSCertificateName = new("") },
		"send connector, no name":  func(d *Document) { d.SendConnectors = []SendConnector{{}} },
		"send connector":           func(d *Document) { d.SendConnectors = []SendConnector{{Name: "Internet"}} },
		"smart host auth":          func(d *Document) { d.SendConnectors = []SendConnector{{Name: "a", SmartHostAuthMechanism: "Tls"}} },
		"TLS auth level":           func(d *Document) { d.SendConnectors = []SendConnector{{Name: "a", TLSAuthLevel: new("")}} },
		"subscription, no name":    func(d *Document) { d.EdgeSubscriptions = []EdgeSubscription{{}} },
		"subscription":             func(d *Document) { d.EdgeSubscriptions = []EdgeSubscription{{Name: "EDGE01"}} },
		"subscription thumbprint":  func(d *Document) { d.EdgeSubscriptions = []EdgeSubscription{{Name: "a", Thumbprint: new("5E1F")}} },
		"hybrid":                   func(d *Document) { d.Hybrid = &Hybrid{} },
		"extended key usage": func(d *Document) {
			d.Certificates[0].ExtendedKeyUsages = ExtendedKeyUsages{true, []string{"serverAuth"}}
		},
		"no extended key usage": func(d *Document) { d.Certificates[0].ExtendedKeyUsages = ExtendedKeyUsages{Gathered: true} },
		"der of another":        func(d *Document) { d.Certificates[0].DER = []byte{1} },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("../fixtures/01-as-installed/input.json")
			require.NoError(t, err)
			doc, err := Decode(text)
			require.NoError(t, err)
			change(doc)
			text, err = json.Marshal(doc)
			require.NoError(t, err)
			_, err = decode(text, documentSchema())
			require.Equal(t, err == nil, doc.valid(false), "%v", err)
		})
	}
}

// mutate calls visit with every value below a node replaced, every key removed,
// and an unknown key added, one change at a time, and names the place. It leaves out
// places that were seen; nil: none.
func mutate(node any, path string, seen map[string]bool, visit func(place string)) {
	others := []any{
		nil, "", "x", "SMTP", 0.0, -1.0, 1.5, 3.0, 3e9, true,
		[]any{}, []any{nil}, []any{1.0}, []any{"x"}, map[string]any{}, map[string]any{"x": 1.0},
	}
	isNew := func(place string) bool {
		known := seen[place]
		if seen != nil {
			seen[place] = true
		}
		return !known
	}
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			place := path + "." + key
			if isNew(place) {
				for _, other := range others {
					node[key] = other
					visit(fmt.Sprintf("%s = %v", place, other))
				}
				delete(node, key)
				visit(place + " removed")
				node[key] = value
			}
		}
		if isNew(path + ".unknown") {
			node["unknown"] = "x"
			visit(path + ".unknown")
			delete(node, "unknown")
		}
		for key, value := range node {
			mutate(value, path+"."+key, seen, visit)
		}
	case []any:
		for i, value := range node {
			if isNew(path + "[]") {
				for _, other := range others {
					node[i] = other
					visit(fmt.Sprintf("%s[%d] = %v", path, i, other))
				}
				node[i] = value
			}
			mutate(value, path+"[]", seen, visit)
		}
	}
}
