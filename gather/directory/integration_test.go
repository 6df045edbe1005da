//go:build integration

package directory

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// All sections of all servers of the forest are as the lab was built.
func TestForest(t *testing.T) {
	c := reader(t)
	c.Bind = Kerberos{Cache: "FILE:" + lab(t, "READER_CCACHE"), Config: lab(t, "KRB5_CONFIG")}
	c.Now = func() time.Time { return time.Date(2026, 6, 1, 2, 0, 0, 0, time.FixedZone("CEST", 7200)) }
	reports := listen(&c)
	pages := []int{}
	c.Progress = func(entries int) { pages = append(pages, entries) }
	docs, err := c.All(t.Context())
	require.NoError(t, err)

	want := plan(t)
	require.Len(t, docs, len(want))
	require.GreaterOrEqual(t, len(docs), 300)
	connectors := 0
	for _, doc := range docs {
		server := want[doc.Server]
		requireServer(t, server, doc)
		require.Equal(t, gather.Version, doc.SchemaVersion)
		require.Nil(t, doc.Certificates)
		sources := map[string]string{
			"connectors": "ldap:dc1.corp.contoso.test", "directory": "ldap:dc1.corp.contoso.test", "host": "ldap:dc1.corp.contoso.test",
			"exchange_version": "ldap:dc1.corp.contoso.test", "roles": "ldap:dc1.corp.contoso.test",
		}
		if server.Case == "unreadable" {
			delete(sources, "exchange_version")
			delete(sources, "roles")
		}
		require.Equal(t, sources, doc.Sources)
		require.Equal(t, "2026-06-01T00:00:00Z", doc.GatheredAt)
		connectors += len(doc.Connectors)
	}
	require.GreaterOrEqual(t, connectors, 1500)
	require.True(t, slices.IsSortedFunc(docs, func(a, b *gather.Document) int { return strings.Compare(a.Server, b.Server) }))
	require.Equal(t, []int{len(docs), len(docs) + 500, len(docs) + 1000, len(docs) + 1500, len(docs) + connectors}, pages)

	for name, sentence := range map[string]string{
		"self-signed":      "the internal transport certificate in the directory is CN=%[1]s, valid from 2025-06-01T00:00:00Z to 2027-06-01T00:00:00Z, thumbprint ",
		"unreadable":       `reader@CORP.CONTOSO.TEST cannot read any of msExchServerInternalTLSCert, versionNumber and msExchCurrentServerRoles of `,
		"hidden attribute": "reader@CORP.CONTOSO.TEST sees no msExchServerInternalTLSCert: either it is not set, or this account may not read it",
		"null":             "reader@CORP.CONTOSO.TEST sees no msExchServerInternalTLSCert: either it is not set, or this account may not read it",
		"no transport":     "there are no Receive connectors; msExchCurrentServerRoles is 4",
	} {
		server := first(t, name).Server
		if strings.Contains(sentence, "%") {
			sentence = fmt.Sprintf(sentence, server)
		}
		require.True(t, slices.ContainsFunc(*reports, func(s string) bool {
			return strings.HasPrefix(s, server+": ") && strings.Contains(s, sentence)
		}), "%s (%s) reported nothing like %q", server, name, sentence)
	}
}

// requireServer compares a document with the plan, except for the wording of
// the reason why a directory cannot be read.
func requireServer(t *testing.T, want planned, got *gather.Document) {
	t.Helper()
	slices.SortFunc(want.Connectors, func(a, b gather.Connector) int { return strings.Compare(a.Name, b.Name) })
	require.Equal(t, want.Server, got.Server)
	require.NotNil(t, got.Connectors, want.Case)
	require.Len(t, got.Connectors, len(want.Connectors), want.Case)
	for i := range want.Connectors {
		require.Equal(t, want.Connectors[i], got.Connectors[i], want.Case)
	}
	require.Equal(t, &want.Host, got.Host, want.Case)
	require.Equal(t, want.ExchangeVersion, got.ExchangeVersion, want.Case)
	require.Equal(t, want.Roles, got.Roles, want.Case)
	require.Equal(t, want.Directory.Readable, got.Directory.Readable, want.Case)
	require.Equal(t, want.Directory.InternalTransportCertificate, got.Directory.InternalTransportCertificate, want.Case)
	require.Equal(t, want.Directory.Readable, got.Directory.Error == "", want.Case)
}

// Counts the requests on the network: one for the RootDSE, and two searches
// with as many pages as needed.
func TestTwoSearches(t *testing.T) {
	const exchange = "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=corp,DC=contoso,DC=test"
	one := first(t, "self-signed")
	for _, tc := range []struct {
		name   string
		server string
		want   []request // the first page of each
		pages  int
	}{
		{
			name: "all servers",
			want: []request{
				{base: "", scope: ldap.ScopeBaseObject, filter: "(objectClass=*)"},
				{base: exchange, scope: ldap.ScopeWholeSubtree, filter: "(objectClass=msExchExchangeServer)"},
				{base: exchange, scope: ldap.ScopeWholeSubtree, filter: "(objectClass=msExchSmtpReceiveConnector)"},
			},
			pages: 1 + 4, // 320 servers, 1632 connectors
		},
		{
			name:   "one server",
			server: one.Server,
			want: []request{
				{base: "", scope: ldap.ScopeBaseObject, filter: "(objectClass=*)"},
				{base: exchange, scope: ldap.ScopeWholeSubtree, filter: "(&(objectClass=msExchExchangeServer)(|(cn=" + one.Server + ")(networkAddress=ncacn_ip_tcp:" + one.Server + ")))"},
				{base: one.DN, scope: ldap.ScopeWholeSubtree, filter: "(objectClass=msExchSmtpReceiveConnector)"},
			},
			pages: 1 + 1,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := reader(t)
			var w *wire
			c.observe = func(conn net.Conn) net.Conn { w = &wire{Conn: conn}; return w }
			if tc.server == "" {
				_, err := c.All(t.Context())
				require.NoError(t, err)
			} else {
				c.Server = tc.server
				require.NoError(t, c.Gather(t.Context(), new(gather.Document)))
			}
			require.NoError(t, w.err)
			var first []request
			pages := 0
			for _, r := range w.requests {
				if r.paging != nil {
					require.Equal(t, uint32(500), r.paging.PagingSize)
					pages++
					if len(r.paging.Cookie) > 0 {
						continue
					}
					r.paging = nil
				}
				first = append(first, r)
			}
			require.Equal(t, tc.want, first)
			require.Equal(t, tc.pages, pages)
		})
	}
}

func TestBinds(t *testing.T) {
	for _, transport := range []string{"ldaps", "StartTLS"} {
		for name, bind := range map[string]Bind{
			"simple, user@domain":  Simple{User: lab(t, "READER"), Password: passwordOf(t, "READER")},
			"simple, DOMAIN\\user": Simple{User: `CORP\reader`, Password: passwordOf(t, "READER")},
			"simple, DN":           Simple{User: "CN=reader,CN=Users,DC=corp,DC=contoso,DC=test", Password: passwordOf(t, "READER")},
			"Kerberos, cache":      Kerberos{Cache: lab(t, "READER_CCACHE"), Config: lab(t, "KRB5_CONFIG")},
			"Kerberos, keytab":     Kerberos{Principal: lab(t, "READER"), Keytab: lab(t, "READER_KEYTAB"), Config: lab(t, "KRB5_CONFIG")},
			"Kerberos, password":   Kerberos{Principal: lab(t, "READER"), Password: passwordOf(t, "READER"), Config: lab(t, "KRB5_CONFIG")},
		} {
			t.Run(transport+", "+name, func(t *testing.T) {
				t.Parallel()
				c := reader(t)
				c.Bind = bind
				if transport == "StartTLS" {
					c.URL, c.StartTLS = "ldap://dc1.corp.contoso.test", true
				}
				want := first(t, "null")
				c.Server = want.Host.DNSFQDN
				if _, ok := bind.(Simple); ok {
					c.Server = strings.ToLower(want.Server)
				}
				reports := listen(&c)
				doc := new(gather.Document)
				require.NoError(t, c.Gather(t.Context(), doc))
				requireServer(t, want, doc)
				account := lab(t, "READER")
				if simple, ok := bind.(Simple); ok {
					account = simple.User
				}
				require.Contains(t, strings.Join(*reports, "\n"), account+" sees no msExchServerInternalTLSCert: either it is not set, or this account may not read it")
			})
		}
	}
}

// KRB5CCNAME and KRB5_CONFIG, as used by kinit.
func TestKerberosEnvironment(t *testing.T) {
	t.Setenv("KRB5CCNAME", "FILE:"+lab(t, "READER_CCACHE"))
	t.Setenv("KRB5_CONFIG", lab(t, "KRB5_CONFIG"))
	c := reader(t)
	c.Bind = Kerberos{}
	want := first(t, "issued")
	c.Server = want.Server
	doc := new(gather.Document)
	require.NoError(t, c.Gather(t.Context(), doc))
	requireServer(t, want, doc)
}

// A value, null and not readable, depending on the account.
func TestThreeStates(t *testing.T) {
	blind := reader(t)
	blind.Bind = Simple{User: lab(t, "BLIND"), Password: passwordOf(t, "BLIND")}
	thumbprint := first(t, "self-signed").Directory.InternalTransportCertificate
	for _, tc := range []struct {
		name     string
		config   Gatherer
		server   string
		want     gather.Directory
		sections bool // whether there are connectors and host
		report   string
	}{
		{"value", reader(t), first(t, "self-signed").Server, gather.Directory{Readable: true, InternalTransportCertificate: thumbprint}, true, "the internal transport certificate in the directory is CN="},
		{"not set", reader(t), first(t, "null").Server, gather.Directory{Readable: true}, true, "reader@CORP.CONTOSO.TEST sees no msExchServerInternalTLSCert"},
		{"not permitted", blind, first(t, "self-signed").Server, gather.Directory{Readable: true}, true, "blind@CORP.CONTOSO.TEST sees no msExchServerInternalTLSCert"},
		{"hidden with its siblings", reader(t), first(t, "unreadable").Server, gather.Directory{
			Error: `reader@CORP.CONTOSO.TEST cannot read any of msExchServerInternalTLSCert, versionNumber and msExchCurrentServerRoles of ` + first(t, "unreadable").DN,
		}, true, "reader@CORP.CONTOSO.TEST cannot read any of"},
		{"no such server", reader(t), "EX999", gather.Directory{
			Error: "there is no msExchExchangeServer named EX999 below CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=corp,DC=contoso,DC=test, or reader@CORP.CONTOSO.TEST may not see it",
		}, false, "EX999: there is no"},
		{"a name that would break a filter", reader(t), "EX*)(cn=*", gather.Directory{
			Error: "there is no msExchExchangeServer named EX*)(cn=* below CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=corp,DC=contoso,DC=test, or reader@CORP.CONTOSO.TEST may not see it",
		}, false, "EX*)(cn=*: there is no"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.config.Server = tc.server
			reports := listen(&tc.config)
			doc := new(gather.Document)
			require.NoError(t, tc.config.Gather(t.Context(), doc))
			require.Equal(t, &tc.want, doc.Directory)
			require.Equal(t, tc.sections, doc.Connectors != nil)
			require.Equal(t, tc.sections, doc.Host != nil)
			require.Contains(t, strings.Join(*reports, "\n"), tc.report)
		})
	}
}

func TestPageBoundaries(t *testing.T) {
	c, ctx, cancel := reader(t).bounded(t.Context())
	defer cancel()
	conn, err := c.connect(ctx)
	require.NoError(t, err)
	defer conn.close()
	base, err := conn.exchangeContainer()
	require.NoError(t, err)
	n := len(plan(t))
	for _, size := range []int{1, 7, n / 2, n - 1, n, n + 1, 1000} {
		entries, err := conn.search(base, "(objectClass=msExchExchangeServer)", serverAttributes, uint32(size))
		require.NoError(t, err, "pages of %d", size)
		seen := map[string]bool{}
		for _, e := range entries {
			seen[e.DN] = true
		}
		require.Len(t, seen, n, "pages of %d", size)
		require.Len(t, entries, n, "pages of %d", size)
	}
}

// Wherever the connection is cut, there is an error and nothing else.
func TestConnectionDropped(t *testing.T) {
	c := reader(t)
	port, passed := proxy(t, "127.0.0.1:636", math.MaxInt, false)
	c.URL = "ldaps://dc1.corp.contoso.test:" + port
	_, err := c.All(t.Context())
	require.NoError(t, err)
	total := passed()

	steps := map[string]bool{}
	for _, limit := range []int{1, 500, 2500, 3000, total / 8, total / 4, total / 2, total * 3 / 4, total - 1000} {
		c := reader(t)
		port, _ := proxy(t, "127.0.0.1:636", limit, false)
		c.URL = "ldaps://dc1.corp.contoso.test:" + port
		docs, err := c.All(t.Context())
		require.Error(t, err, "cut after %d of %d bytes", limit, total)
		require.Nil(t, docs)
		require.ErrorContains(t, err, "directory "+c.URL+": ")
		step := strings.TrimPrefix(err.Error(), "directory "+c.URL+": ")
		steps[strings.SplitN(step, " below", 2)[0]] = true
		t.Logf("cut after %d of %d bytes: %v", limit, total, err)
	}
	require.Contains(t, steps, "searching for (objectClass=msExchExchangeServer)")
	require.Contains(t, steps, "searching for (objectClass=msExchSmtpReceiveConnector)")
}

func TestTimeout(t *testing.T) {
	for name, limit := range map[string]int{"handshake": 10, "search": 100_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := reader(t)
			port, _ := proxy(t, "127.0.0.1:636", limit, true)
			c.URL, c.Timeout = "ldaps://dc1.corp.contoso.test:"+port, 2*time.Second
			begun := time.Now()
			docs, err := c.All(t.Context())
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, "timed out after 2s")
			require.Nil(t, docs)
			require.Less(t, time.Since(begun), 20*time.Second)
		})
	}
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		c := reader(t)
		port, passed := proxy(t, "127.0.0.1:636", 100_000, true)
		c.URL = "ldaps://dc1.corp.contoso.test:" + port
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for passed() < 100_000 {
				time.Sleep(10 * time.Millisecond)
			}
			cancel()
		}()
		_, err := c.All(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "interrupted")
	})
	t.Run("KDC", func(t *testing.T) {
		t.Parallel()
		port, _ := proxy(t, "127.0.0.1:88", 0, true)
		conf, err := os.ReadFile(lab(t, "KRB5_CONFIG"))
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "krb5.conf")
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(conf), "127.0.0.1:88", "127.0.0.1:"+port, 1)), 0o600))
		c := reader(t)
		c.Timeout = time.Second
		c.Bind = Kerberos{Principal: lab(t, "READER"), Keytab: lab(t, "READER_KEYTAB"), Config: path}
		begun := time.Now()
		_, err = c.All(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(begun), 4*time.Second)
	})
}

func TestFailures(t *testing.T) {
	folder := t.TempDir()
	damaged := filepath.Join(folder, "damaged.ccache")
	whole, err := os.ReadFile(lab(t, "READER_CCACHE"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(damaged, whole[:len(whole)-20], 0o600))

	expired := filepath.Join(folder, "expired.ccache")
	kinit := exec.Command("kinit", "-l", "1s", "-c", "FILE:"+expired, "-k", "-t", lab(t, "READER_KEYTAB"), lab(t, "READER"))
	kinit.Env = append(os.Environ(), "KRB5_CONFIG="+lab(t, "KRB5_CONFIG"))
	out, err := kinit.CombinedOutput()
	require.NoError(t, err, "%s", out)
	time.Sleep(2 * time.Second)

	conf := lab(t, "KRB5_CONFIG")
	wrong := func() ([]byte, error) { return []byte("not the password"), nil }
	for _, tc := range []struct {
		name   string
		change func(*Gatherer)
		want   []string
	}{
		{"wrong password", func(c *Gatherer) { c.Bind = Simple{lab(t, "READER"), wrong} },
			[]string{"bind as reader@CORP.CONTOSO.TEST", "Result Code 49", "the account or its password is wrong"}},
		{"wrong password, Kerberos", func(c *Gatherer) { c.Bind = Kerberos{Principal: lab(t, "READER"), Password: wrong, Config: conf} },
			[]string{"bind as reader@CORP.CONTOSO.TEST", "password: ", "KDC_ERR_PREAUTH_FAILED"}},
		{"unknown principal", func(c *Gatherer) {
			c.Bind = Kerberos{Principal: "nobody@CORP.CONTOSO.TEST", Password: wrong, Config: conf}
		},
			[]string{"bind as nobody@CORP.CONTOSO.TEST", "KDC_ERR_C_PRINCIPAL_UNKNOWN"}},
		{"keytab of another", func(c *Gatherer) {
			c.Bind = Kerberos{Principal: lab(t, "BLIND"), Keytab: lab(t, "READER_KEYTAB"), Config: conf}
		}, []string{"bind as blind@CORP.CONTOSO.TEST", "keytab " + lab(t, "READER_KEYTAB")}},
		{"no keytab", func(c *Gatherer) {
			c.Bind = Kerberos{Principal: lab(t, "READER"), Keytab: folder + "/none", Config: conf}
		}, []string{"keytab " + folder + "/none", "no such file"}},
		{"no krb5.conf", func(c *Gatherer) {
			c.Bind = Kerberos{Principal: lab(t, "READER"), Keytab: lab(t, "READER_KEYTAB"), Config: folder + "/none"}
		}, []string{folder + "/none", "no such file"}},
		{"no cache", func(c *Gatherer) { c.Bind = Kerberos{Cache: folder + "/none", Config: conf} },
			[]string{"credential cache " + folder + "/none (created by kinit)", "no such file"}},
		{"damaged cache", func(c *Gatherer) { c.Bind = Kerberos{Cache: damaged, Config: conf} },
			[]string{"credential cache " + damaged, "it is damaged, or not a credential cache"}},
		{"expired cache", func(c *Gatherer) { c.Bind = Kerberos{Cache: expired, Config: conf} },
			[]string{"bind as reader@CORP.CONTOSO.TEST", "credential cache " + expired + " (created by kinit)", "no valid existing session"}},
		{"cache of another kind", func(c *Gatherer) { c.Bind = Kerberos{Cache: "KCM:0", Config: conf} },
			[]string{"credential cache KCM:0", "only a credential cache in a file can be read"}},
		{"nobody", func(c *Gatherer) { c.Bind = Anonymous{} },
			[]string{"searching for (objectClass=msExchExchangeServer)", "does not answer anonymous requests"}},
		{"CA not known", func(c *Gatherer) { c.CAFile = "" },
			[]string{"TLS", "the host's certificate is not trusted", "signed by unknown authority"}},
		{"another CA", func(c *Gatherer) { c.CAFile = lab(t, "ROOTS") },
			[]string{"TLS", "the host's certificate is not trusted", "signed by unknown authority"}},
		{"CA not known, StartTLS", func(c *Gatherer) { c.URL, c.StartTLS, c.CAFile = "ldap://dc1.corp.contoso.test", true, "" },
			[]string{"StartTLS", "the host's certificate is not trusted", "signed by unknown authority"}},
		{"CA file without one", func(c *Gatherer) { c.CAFile = lab(t, "PLAN") },
			[]string{"reading the CA certificates", lab(t, "PLAN"), "expected PEM certificates, found no usable one"}},
		{"no CA file", func(c *Gatherer) { c.CAFile = folder + "/none" },
			[]string{"reading the CA certificates", folder + "/none"}},
		{"other name", func(c *Gatherer) { c.URL = "ldaps://other.corp.contoso.test" },
			[]string{"TLS", "not other.corp.contoso.test"}},
		{"other name, StartTLS", func(c *Gatherer) { c.URL, c.StartTLS = "ldap://other.corp.contoso.test", true },
			[]string{"StartTLS", "not other.corp.contoso.test"}},
		{"plain port", func(c *Gatherer) { c.URL = "ldaps://dc1.corp.contoso.test:389" },
			[]string{"TLS"}},
		{"nobody listens", func(c *Gatherer) { c.URL = "ldaps://dc1.corp.contoso.test:1" },
			[]string{"connecting", "connection refused"}},
		{"no such host", func(c *Gatherer) { c.URL = "ldaps://dc9.corp.contoso.test" },
			[]string{"connecting", "dc9.corp.contoso.test"}},
		{"no TLS there", func(c *Gatherer) { c.URL, c.StartTLS = lab(t, "EDGE_URL"), true },
			[]string{"StartTLS", "Result Code"}},
		{"no RootDSE", func(c *Gatherer) { *c = Gatherer{URL: lab(t, "EDGE_URL")} },
			[]string{"reading the RootDSE", "there is no configurationNamingContext", "no base DN was given"}},
		{"no such base", func(c *Gatherer) { c.BaseDN = "CN=None,DC=corp,DC=contoso,DC=test" },
			[]string{"below CN=None,DC=corp", "Result Code 32", "the object does not exist, or the account may not see it"}},
		{"base without servers", func(c *Gatherer) { c.BaseDN = "CN=Users,DC=corp,DC=contoso,DC=test" },
			[]string{"there is no msExchExchangeServer below CN=Users,DC=corp,DC=contoso,DC=test", "reader@CORP.CONTOSO.TEST may not see it"}},
		{"base of elsewhere", func(c *Gatherer) { c.BaseDN = "DC=example,DC=com" },
			[]string{"below DC=example,DC=com"}},
		{"size limit", func(c *Gatherer) { *c = limitedTo(t, "CN=Configuration,CN={LIMITED}") },
			[]string{"searching for (objectClass=msExchExchangeServer)", "Result Code 4", "the result exceeds this account's size limit"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := reader(t)
			tc.change(&c)
			docs, err := c.All(t.Context())
			require.Error(t, err)
			require.Nil(t, docs)
			t.Log(err)
			for _, want := range append(tc.want, "directory "+c.URL) {
				require.ErrorContains(t, err, want)
			}
			require.Equal(t, 1, strings.Count(err.Error(), "directory ldap"))
			require.NotContains(t, err.Error(), "not the password")
		})
	}
}

// The host knows better than the client who is bound: messages use that name.
func TestWhoAmI(t *testing.T) {
	g := limitedTo(t, "CN=EDGE01,CN=Configuration,CN={LIMITED}")
	g.Server = "EDGE01"
	reports := listen(&g)
	doc := new(gather.Document)
	require.NoError(t, g.Gather(t.Context(), doc))
	require.Equal(t, &gather.Directory{Readable: true}, doc.Directory)
	require.Contains(t, strings.Join(*reports, "\n"), "dn:cn=watcher,cn=Configuration,cn={LIMITED} sees no msExchServerInternalTLSCert")
}
