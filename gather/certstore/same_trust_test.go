package certstore_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/gather/certstore"
	"github.com/transportcert/transportcert/gather/chains"
)

// sameTrust sets the trust of the certificates in fixtures/store according to
// the organization's root, and compares it with the dates shown by openssl: the
// chains do not depend on the gatherer.
func sameTrust(t *testing.T, certificates []gather.Certificate) {
	t.Helper()
	roots, err := chains.ReadRoots(nil, filepath.Join("..", "..", "fixtures", "exports", "roots", "contoso-root.pem"))
	require.NoError(t, err)
	doc := gather.Document{Certificates: certificates}
	require.NoError(t, chains.Gatherer{Roots: roots}.Gather(context.Background(), &doc))
	trusted := map[string][2]string{
		"7348BABCD0467B50D991BE716BB3836FFE741DBD": {"2025-06-02T09:30:00Z", "2027-06-02T09:30:00Z"},
		"1E763FB71E4449962A426BC74085AF480D7218C3": {"2021-02-01T09:30:00Z", "2031-01-30T09:30:00Z"},
	}
	for _, c := range doc.Certificates {
		window, ok := trusted[c.Thumbprint]
		if !ok {
			require.Equal(t, gather.ChainUntrusted, c.Trust.Chain, c.Subject)
			require.Nil(t, c.Trust.ValidFrom, c.Subject)
			require.Nil(t, c.Trust.ValidUntil, c.Subject)
			continue
		}
		require.Equal(t, gather.ChainTrusted, c.Trust.Chain, c.Subject)
		require.Equal(t, window, [2]string{*c.Trust.ValidFrom, *c.Trust.ValidUntil}, c.Subject)
		delete(trusted, c.Thumbprint)
	}
	require.Empty(t, trusted)
}

func TestSameTrust(t *testing.T) {
	t.Parallel()
	var all []gather.Certificate
	for _, c := range exported(t) {
		all = append(all, c)
	}
	sameTrust(t, all)
	for _, folder := range []string{"sst", "pfx", "p7b", "pem"} {
		doc := gather.Document{}
		require.NoError(t, certstore.Files{
			Paths:    []string{filepath.Join("..", "..", "fixtures", "store", folder)},
			Password: func(string) ([]byte, error) { return []byte("Contoso-2026"), nil },
		}.Gather(context.Background(), &doc))
		sameTrust(t, doc.Certificates)
	}
}
