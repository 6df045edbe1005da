//go:build integration

package directory

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// Behavior of a directory like that of an Edge server, which Samba does not
// have.
func TestEdge(t *testing.T) {
	c := edge(t, "CN=Microsoft Exchange,CN=Services,")
	c.Now = func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }
	reports := listen(&c)
	docs, err := c.All(t.Context())
	require.NoError(t, err)
	require.Len(t, docs, 2)
	require.Equal(t, &gather.Document{
		SchemaVersion: 1, Server: "EDGE01", GatheredAt: "2026-06-01T00:00:00Z", ExchangeVersion: "15.2.1544", Roles: []string{"EdgeTransport"},
		Connectors: []gather.Connector{{
			Name: "Default internal receive connector EDGE01", AuthMechanisms: []string{"Tls", "ExchangeServer"}, Bindings: []string{"0.0.0.0:25"},
			TLSCertificateName: new("<I>CN=Contoso CA<S>CN=edge01.perimeter.contoso.test"),
		}},
		Directory: &gather.Directory{Readable: true, InternalTransportCertificate: new("000102030405060708090A0B0C0D0E0F10111213")},
		Host: &gather.Host{
			DNSFQDN: "edge01.perimeter.contoso.test", DNSHostName: "EDGE01",
			PhysicalDNSFQDN: "edge01.perimeter.contoso.test", PhysicalDNSHostName: "EDGE01",
		},
		Sources: map[string]string{
			"connectors": "ldap:127.0.0.1", "directory": "ldap:127.0.0.1", "host": "ldap:127.0.0.1",
			"exchange_version": "ldap:127.0.0.1", "roles": "ldap:127.0.0.1",
		},
	}, docs[0])

	require.Equal(t, "EDGE02", docs[1].Server)
	require.Nil(t, docs[1].Host)
	require.Nil(t, docs[1].Connectors)
	require.False(t, docs[1].Directory.Readable)
	require.Equal(t, map[string]string{"directory": "ldap:127.0.0.1"}, docs[1].Sources)

	all := strings.Join(*reports, "\n")
	require.Contains(t, all, "did not follow the referral to ldap://elsewhere.contoso.test/cn=Elsewhere")
	require.Contains(t, all, "EDGE02: host not gathered: the anonymous user sees no networkAddress that begins with ncacn_ip_tcp:")
	require.Contains(t, all, "EDGE02: connectors not gathered: ")
	require.Contains(t, all, "connectors not gathered: the anonymous user cannot read any attribute of ")
}

func TestOddForests(t *testing.T) {
	t.Run("twins", func(t *testing.T) {
		for _, server := range []string{"", "TWIN"} {
			g, ctx, cancel := edge(t, "CN=Doubles,").bounded(t.Context())
			defer cancel()
			_, err := g.read(ctx, server)
			require.ErrorContains(t, err, "two servers are named")
			require.ErrorContains(t, err, "cn=A,cn=Doubles")
			require.ErrorContains(t, err, "cn=B,cn=Doubles")
		}
	})
	t.Run("orphan", func(t *testing.T) {
		c := edge(t, "CN=Orphans,")
		reports := listen(&c)
		docs, err := c.All(t.Context())
		require.NoError(t, err)
		require.Len(t, docs, 1)
		require.Equal(t, []gather.Connector{}, docs[0].Connectors)
		all := strings.Join(*reports, "\n")
		require.Contains(t, strings.ToLower(all), "skipped the connector cn=lost,cn=orphans,cn=configuration,cn={edge}: it is not below any server that was found")
		require.Contains(t, all, "EDGE03: there are no Receive connectors; msExchCurrentServerRoles is 4")
	})
	t.Run("broken", func(t *testing.T) {
		docs, err := edge(t, "CN=Broken,").All(t.Context())
		require.ErrorContains(t, err, "EDGE04")
		require.ErrorContains(t, err, "msExchServerInternalTLSCert, 17 bytes: expected a certificate in DER, or a thumbprint of 20 bytes or 40 hex digits")
		require.Nil(t, docs)
	})
}
