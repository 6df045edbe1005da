package certstore_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/exports"
)

// exported returns the certificates of the store in fixtures/store, by
// thumbprint, with the facts that Exchange exported.
func exported(t *testing.T) map[string]gather.Certificate {
	t.Helper()
	doc := gather.Document{}
	require.NoError(t, exports.Gatherer{Dir: filepath.Join("..", "..", "fixtures", "exports", "remote")}.Gather(context.Background(), &doc))
	require.Len(t, doc.Certificates, 5)
	certificates := map[string]gather.Certificate{}
	for _, c := range doc.Certificates {
		require.NotNil(t, c.HasPrivateKey)
		require.NotNil(t, c.Services)
		certificates[c.Thumbprint] = c
	}
	return certificates
}

// The same store has the same facts in every format, field by field. Only what
// a format does not contain is unknown.
func TestSameFacts(t *testing.T) {
	t.Parallel()
	anyKey := func(c *gather.Certificate) {
		if !*c.HasPrivateKey {
			c.HasPrivateKey = nil
		}
	}
	for folder, forget := range map[string]func(*gather.Certificate){
		"sst": func(c *gather.Certificate) { c.Services = nil },
		"pfx": func(c *gather.Certificate) { anyKey(c); c.Services = nil },
		"p7b": func(c *gather.Certificate) { c.HasPrivateKey, c.Services, c.FriendlyName = nil, nil, "" },
		"pem": func(c *gather.Certificate) { anyKey(c); c.FriendlyName = "" },
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			doc := gather.Document{}
			require.NoError(t, certstore.Files{
				Paths:    []string{filepath.Join("..", "..", "fixtures", "store", folder)},
				Password: func(string) ([]byte, error) { return []byte("Contoso-2026"), nil },
				Report:   func(sentence string) { t.Error(sentence) },
			}.Gather(context.Background(), &doc))
			want := exported(t)
			require.Len(t, doc.Certificates, len(want))
			for _, got := range doc.Certificates {
				c := want[got.Thumbprint]
				forget(&c)
				c.Trust = gather.Trust{Chain: gather.ChainUnknown} // according to Exchange
				require.Equal(t, c, got)
			}
		})
	}
}
