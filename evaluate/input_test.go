package evaluate

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// What the policies get from a document is what OPA makes of its JSON.
func TestInputValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		compare(rt, documents.Document().Draw(rt, "document"))
	})
	paths, err := filepath.Glob("../fixtures/*/input.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		document, err := gather.Decode(text)
		require.NoError(t, err)
		compare(t, document)
	}
	compare(t, &gather.Document{})
	no := false
	compare(t, &gather.Document{
		Directory:    &gather.Directory{Error: "timeout"},
		Connectors:   []gather.Connector{{Enabled: &no, FQDN: "a", Bindings: []string{"b"}}},
		Host:         &gather.Host{NLBClusterNames: []string{"c"}},
		Certificates: []gather.Certificate{{DER: []byte("der"), KeyBits: 2048, FriendlyName: "f", Trust: gather.Trust{Error: "e"}}},
		Sources:      map[string]string{"host": "flag:--host", "certificates": `windows:LocalMachine\My`},
	})
}

func compare(t require.TestingT, document *gather.Document) {
	text, err := json.Marshal(document)
	require.NoError(t, err)
	expected, err := ast.ValueFromReader(bytes.NewReader(text))
	require.NoError(t, err)
	found := inputValue(document)
	require.Zero(t, ast.Compare(expected, found), "expected %v, found %v", expected, found)
}
