//go:build integration

package opa_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMask checks that the mask keeps certificates and their names out of OPA's
// decision log, for every kind of query, and that other names stay in it.
func TestMask(t *testing.T) {
	l := newLab(t)
	l.run("transportcert", "bundle", "build", "-o", "transportcert.tar.gz")
	l.write("opa.yaml", "bundles: {transportcert: {resource: 'file://"+l.path("transportcert.tar.gz")+"'}}\ndecision_logs: {console: true}\n")

	block, _ := pem.Decode([]byte(l.read(l.path("server.pem"))))
	der := base64.StdEncoding.EncodeToString(block.Bytes)
	document := decode(t, []byte(l.read(l.path("ex01.json")))).(map[string]any)
	certificate := document["certificates"].([]any)[0].(map[string]any)
	for name, value := range map[string]any{
		"der": der, "subject": "CN=secret-subject", "issuer": "CN=secret-issuer", "friendly_name": "secret-friend",
		"subject_common_names": []any{"secret-name"}, "dns_names": []any{"secret-dns.contoso.test"}, "serial_number": "5EC2E75EC2E7",
	} {
		certificate[name] = value
	}
	certificate["trust"].(map[string]any)["error"] = "secret-chain"
	secrets := []string{der[:40], "secret", "5EC2E75EC2E7"}

	ask := func(path string, body any) {
		response, err := http.Post("http://"+l.opa+path, "application/json", bytes.NewReader(encode(t, body)))
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode, path)
	}
	// decisions queries in every way, and returns the log's entries by path and
	// query.
	decisions := func(args ...string) map[string]string {
		log, stop := l.startOPA(l.opa, append([]string{"-c", "opa.yaml"}, args...)...)
		input := map[string]any{"input": document}
		ask("/v1/data/"+decisionPath, input)
		ask("/v1/data/"+findingsPath, input)
		ask("/v1/data/transportcert", input)
		ask("/v1/data", input)
		ask("/v0/data/transportcert/inbound_anonymous", document)
		ask("/v1/query", map[string]any{"input": document, "query": "x = input"})
		stop()
		entries := map[string]string{}
		for line := range strings.Lines(l.read(log)) {
			var entry struct{ Msg, Path, Query string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "Decision Log" {
				entries[entry.Path+entry.Query] = line
			}
		}
		require.Len(t, entries, 6)
		return entries
	}

	for path, entry := range decisions() {
		require.Contains(t, entry, "secret", path)
	}
	masked := decisions("examples/opa/mask.rego")
	for path, entry := range masked {
		for _, secret := range secrets {
			require.NotContains(t, entry, secret, path)
		}
		require.Contains(t, entry, "EX01", path)
		require.Contains(t, entry, certificate["thumbprint"], path)
	}
	decision := decode(t, []byte(masked[decisionPath])).(map[string]any)
	require.Equal(t, "CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11", decision["result"].(map[string]any)["inbound_anonymous"].(map[string]any)["best"])
	require.Nil(t, decode(t, []byte(masked[findingsPath])).(map[string]any)["result"])
}
