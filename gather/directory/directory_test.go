package directory

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/gather"
)

// Everything that is sent over the network is tested with real directories, in
// integration_test.go.

const container = "CN=Servers,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=corp,DC=contoso,DC=test"

// entry returns an object with pairs of attribute and value.
func entry(dn string, pairs ...string) *ldap.Entry {
	attributes := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		attributes[pairs[i]] = append(attributes[pairs[i]], pairs[i+1])
	}
	return ldap.NewEntry(dn, attributes)
}

func ex01(pairs ...string) *server {
	return &server{name: "EX01", entry: entry("CN=EX01,"+container, pairs...)}
}

func der(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "EX01"},
		NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	out, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return out
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	const thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"
	certificate := der(t)
	fromDER := fmt.Sprintf("%X", sha1.Sum(certificate))
	for name, tc := range map[string]struct {
		pairs  []string
		want   *gather.Directory
		report string
		err    string
	}{
		"certificate": {
			pairs:  []string{attrCertificate, string(certificate)},
			want:   &gather.Directory{Readable: true, InternalTransportCertificate: &fromDER},
			report: "EX01: the internal transport certificate in the directory is CN=EX01, valid from 2024-01-01T00:00:00Z to 2029-01-01T00:00:00Z, thumbprint " + fromDER,
		},
		"20 bytes": {
			pairs: []string{attrCertificate, "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67"},
			want:  &gather.Directory{Readable: true, InternalTransportCertificate: new(thumbprint)},
		},
		"40 hex digits": {
			pairs: []string{attrCertificate, strings.ToLower(thumbprint)},
			want:  &gather.Directory{Readable: true, InternalTransportCertificate: new(thumbprint)},
		},
		"the attribute in another case": {
			pairs: []string{strings.ToUpper(attrCertificate), thumbprint},
			want:  &gather.Directory{Readable: true, InternalTransportCertificate: new(thumbprint)},
		},
		"40 other characters": {
			pairs: []string{attrCertificate, strings.Repeat("x", 40)},
			err:   "directory: CN=EX01," + container + ": msExchServerInternalTLSCert, 40 bytes: expected a certificate in DER, or a thumbprint of 20 bytes or 40 hex digits: ",
		},
		"half a certificate": {
			pairs: []string{attrCertificate, string(certificate[:100])},
			err:   "msExchServerInternalTLSCert, 100 bytes: expected a certificate in DER",
		},
		"nothing in it": {
			pairs: []string{attrCertificate, ""},
			err:   "msExchServerInternalTLSCert, 0 bytes: expected a certificate in DER",
		},
		"two values": {
			pairs: []string{attrCertificate, thumbprint, attrCertificate, thumbprint},
			err:   "msExchServerInternalTLSCert: expected one value, found 2",
		},
		"null, a version": {
			pairs:  []string{attrVersion, "1941996850"},
			want:   &gather.Directory{Readable: true},
			report: `EX01: CORP\reader sees no msExchServerInternalTLSCert: either it is not set, or this account may not read it`,
		},
		"null, roles": {
			pairs:  []string{attrRoles, "2"},
			want:   &gather.Directory{Readable: true},
			report: `EX01: CORP\reader sees no msExchServerInternalTLSCert`,
		},
		"hidden": {
			pairs:  []string{attrAddress, "netbios:EX01"},
			want:   &gather.Directory{Error: `CORP\reader cannot read any of msExchServerInternalTLSCert, versionNumber and msExchCurrentServerRoles of CN=EX01,` + container},
			report: `EX01: CORP\reader cannot read any of msExchServerInternalTLSCert, versionNumber and msExchCurrentServerRoles of CN=EX01,` + container,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reports []string
			g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
			got, err := g.directory(&forest{connection: &connection{account: `CORP\reader`}}, ex01(tc.pairs...))
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Contains(t, strings.Join(reports, "\n"), tc.report)
		})
	}
}

func TestConnector(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rdn    string
		pairs  []string
		want   gather.Connector
		report string
		err    string
	}{
		"defaults": {
			pairs: []string{attrBindings, "0.0.0.0:25"},
			want:  gather.Connector{AuthMechanisms: []string{"Tls", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer"}, Bindings: []string{"0.0.0.0:25"}},
		},
		"everything": {
			pairs: []string{attrAuth, "63", attrEnabled, "FALSE", attrFQDN, "mail.contoso.test", attrBindings, "[::]:25", attrBindings, "0.0.0.0:25", attrOptions, "1"},
			want: gather.Connector{
				AuthMechanisms: []string{"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer", "ExternalAuthoritative"},
				Enabled:        new(false), FQDN: "mail.contoso.test", Bindings: []string{"0.0.0.0:25", "[::]:25"},
				SuppressXAnonymousTLS: new(false),
			},
		},
		"TlsCertificateName": {
			pairs: []string{attrAuth, "1", attrTLSName, "<I>CN=Contoso CA<S>CN=mail.contoso.test", attrTLSName2, "<I>CN=other<S>CN=other"},
			want:  gather.Connector{AuthMechanisms: []string{"Tls"}, TLSCertificateName: new("<I>CN=Contoso CA<S>CN=mail.contoso.test")},
		},
		"TlsCertificateName in the other attribute": {
			pairs: []string{attrAuth, "1", strings.ToUpper(attrTLSName2), "<I>CN=Contoso CA<S>CN=mail.contoso.test"},
			want:  gather.Connector{AuthMechanisms: []string{"Tls"}, TLSCertificateName: new("<I>CN=Contoso CA<S>CN=mail.contoso.test")},
		},
		"none": {
			pairs: []string{attrAuth, "0", attrEnabled, "TRUE"},
			want:  gather.Connector{AuthMechanisms: []string{}, Enabled: new(true)},
		},
		"flags that are not known": {
			pairs:  []string{attrAuth, "80"}, // 64 and 16
			want:   gather.Connector{AuthMechanisms: []string{"ExchangeServer"}},
			report: `EX01: connector "Default EX01": unknown AuthMechanism ignored: 0x40`,
		},
		"SuppressXAnonymousTls": {
			pairs: []string{attrAuth, "17", attrOptions, "4097"},
			want:  gather.Connector{AuthMechanisms: []string{"Tls", "ExchangeServer"}, SuppressXAnonymousTLS: new(true)},
		},
		"escaped name": {
			rdn:   `CN=Relay \"A\+B\"\2C \<dmz\>\; #1 \= \\\C3\9C`,
			pairs: []string{attrAuth, "1"},
			want:  gather.Connector{Name: `Relay "A+B", <dmz>; #1 = \Ü`, AuthMechanisms: []string{"Tls"}},
		},
		"no number":       {pairs: []string{attrAuth, "all"}, err: `msExchSMTPReceiveInboundSecurityFlag, "all": expected an integer of 32 bits`},
		"too large":       {pairs: []string{attrAuth, "4294967296"}, err: `msExchSMTPReceiveInboundSecurityFlag, "4294967296": expected an integer of 32 bits`},
		"options":         {pairs: []string{attrOptions, "1 2"}, err: `msExchSmtpReceiveProtocolOptions, "1 2": expected an integer of 32 bits`},
		"neither yes, no": {pairs: []string{attrEnabled, "yes"}, err: `directory: CN=Default EX01,CN=EX01: msExchSmtpReceiveEnabled, "yes": expected TRUE or FALSE`},
		"no DN":           {rdn: "Default", err: `"Default,CN=EX01" is not a DN`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.rdn == "" {
				tc.rdn, tc.want.Name = "CN=Default EX01", "Default EX01"
			}
			if tc.want.Bindings == nil {
				tc.want.Bindings = []string{}
			}
			var reports []string
			g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
			got, err := g.connector("EX01", entry(tc.rdn+",CN=EX01", tc.pairs...))
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.report, strings.Join(reports, "\n"))
		})
	}
}

// Sections that were found go into the document with their source; other
// sections, and a name that was given, are kept.
func TestFill(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 8, 0, 0, 1, time.FixedZone("CET", 3600))
	f := &forest{connection: &connection{host: "dc1"}, at: at}
	doc := &gather.Document{Server: "ex01.corp.contoso.test", Roles: []string{"EdgeTransport"}, Sources: map[string]string{"roles": "clixml:server.xml", "host": "flag:--host"}}
	f.fill(doc, gather.Document{Server: "EX01", ExchangeVersion: "15.2.1748.10", Directory: &gather.Directory{Readable: true}, Connectors: []gather.Connector{}})
	require.Equal(t, &gather.Document{
		Server: "ex01.corp.contoso.test", GatheredAt: "2026-11-22T07:00:00Z", ExchangeVersion: "15.2.1748.10",
		Roles: []string{"EdgeTransport"}, Directory: &gather.Directory{Readable: true}, Connectors: []gather.Connector{},
		Sources: map[string]string{
			"roles": "clixml:server.xml", "host": "flag:--host", "exchange_version": "ldap:dc1", "directory": "ldap:dc1", "connectors": "ldap:dc1",
		},
	}, doc)
}

func TestConnectors(t *testing.T) {
	t.Parallel()
	var reports []string
	g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
	f := &forest{connection: &connection{account: "reader"}}

	s := ex01(attrRoles, "4")
	got, err := g.connectors(f, s)
	require.NoError(t, err)
	require.Equal(t, []gather.Connector{}, got)
	require.Equal(t, []string{"EX01: there are no Receive connectors; msExchCurrentServerRoles is 4"}, reports)

	reports = nil
	s.connectors = []*ldap.Entry{entry("CN=B,CN=EX01", attrAuth, "1"), entry("CN=A,CN=EX01", attrAuth, "1")}
	got, err = g.connectors(f, s)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, []string{"A", "B"}, []string{got[0].Name, got[1].Name})

	s.connectors = append(s.connectors, entry("CN=C,CN=EX01"))
	got, err = g.connectors(f, s)
	require.NoError(t, err)
	require.Nil(t, got)
	require.Equal(t, []string{"EX01: connectors not gathered: reader cannot read any attribute of CN=C,CN=EX01"}, reports)
}

func TestHost(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		server    string
		addresses []string
		want      *gather.Host
	}{
		"as Exchange writes it": {"EX01", []string{"ncacn_vns_spp:EX01", "netbios:EX01", "ncacn_ip_tcp:ex01.corp.contoso.test", "ncalrpc:EX01"},
			&gather.Host{DNSFQDN: "ex01.corp.contoso.test", DNSHostName: "EX01", PhysicalDNSFQDN: "ex01.corp.contoso.test", PhysicalDNSHostName: "EX01"}},
		"no NetBIOS name, another case": {"EX01", []string{"NCACN_IP_TCP:ex01.corp.contoso.test"},
			&gather.Host{DNSFQDN: "ex01.corp.contoso.test", DNSHostName: "EX01", PhysicalDNSFQDN: "ex01.corp.contoso.test", PhysicalDNSHostName: "EX01"}},
		"a host name too long for NetBIOS": {"EXCHANGE-MAILBO", []string{"netbios:EXCHANGE-MAILBO", "ncacn_ip_tcp:exchange-mailbox-01.corp.contoso.test"},
			&gather.Host{DNSFQDN: "exchange-mailbox-01.corp.contoso.test", DNSHostName: "exchange-mailbox-01", PhysicalDNSFQDN: "exchange-mailbox-01.corp.contoso.test", PhysicalDNSHostName: "exchange-mailbox-01"}},
		"no FQDN": {"EX01", []string{"netbios:EX01"}, nil},
		"nothing": {"EX01", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reports []string
			g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
			var pairs []string
			for _, a := range tc.addresses {
				pairs = append(pairs, attrAddress, a)
			}
			got := g.host(&forest{connection: &connection{account: "reader"}}, &server{name: tc.server, entry: entry("CN="+tc.server, pairs...)})
			require.Equal(t, tc.want, got)
			if tc.want == nil {
				require.Equal(t, []string{"EX01: host not gathered: reader sees no networkAddress that begins with ncacn_ip_tcp:"}, reports)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	var reports []string
	g := Gatherer{Report: func(s string) { reports = append(reports, s) }}
	c := &connection{g: g, ctx: t.Context()}
	joined, err := c.join(
		[]*ldap.Entry{
			entry(`CN=EX02,CN=Servers,CN=Old\, \C3\9Cber,DC=test`),
			entry("CN=EX01,CN=Servers,CN=New,DC=test"),
			entry("CN=EX1,CN=Servers,CN=New,DC=test"),
		},
		[]*ldap.Entry{
			entry("CN=A,CN=SMTP Receive Connectors,CN=Protocols,CN=EX01,CN=Servers,CN=New,DC=test"),
			entry("cn=B,cn=smtp receive connectors,cn=protocols,cn=ex01,cn=servers,cn=new,dc=TEST"),
			entry(`CN=C,CN=Protocols,CN=EX02,CN=Servers,CN=old\2c über,DC=test`),
			entry("CN=D,CN=Protocols,CN=EX03,CN=Servers,CN=New,DC=test"),
			entry("CN=E,CN=Protocols,CN=EX01,CN=Servers,CN=Other,DC=test"),
		})
	require.NoError(t, err)
	got := map[string][]string{}
	order := ""
	for _, s := range joined {
		order += s.name + " "
		for _, c := range s.connectors {
			got[s.name] = append(got[s.name], c.DN[:4])
		}
	}
	require.Equal(t, "EX01 EX02 EX1 ", order)
	require.Equal(t, map[string][]string{"EX01": {"CN=A", "cn=B"}, "EX02": {"CN=C"}}, got)
	require.Equal(t, []string{
		"skipped the connector CN=D,CN=Protocols,CN=EX03,CN=Servers,CN=New,DC=test: it is not below any server that was found",
		"skipped the connector CN=E,CN=Protocols,CN=EX01,CN=Servers,CN=Other,DC=test: it is not below any server that was found",
	}, reports)

	_, err = c.join([]*ldap.Entry{entry("CN=EX01,DC=a"), entry("CN=ex01,DC=b")}, nil)
	require.EqualError(t, err, "two servers are named ex01: CN=EX01,DC=a and CN=ex01,DC=b; expected a base DN with only one of them below it")
	_, err = c.join([]*ldap.Entry{entry("EX01")}, nil)
	require.ErrorContains(t, err, `"EX01" is not a DN`)
	_, err = c.join([]*ldap.Entry{entry("")}, nil)
	require.ErrorContains(t, err, `"" does not name an object`)
}

// Errors that are found locally, before there is a connection.
func TestWrongBeforeConnecting(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	password := func(answer string, err error) func() ([]byte, error) {
		return func() ([]byte, error) { return []byte(answer), err }
	}
	const url, dc1 = "ldaps://dc1.corp.contoso.test", "directory ldaps://dc1.corp.contoso.test:636: "
	const form = "expected a URL ldaps://HOST[:PORT] or ldap://HOST[:PORT]"
	const more = "expected a URL ldaps://HOST[:PORT] or ldap://HOST[:PORT], found one with an account, a path or a query"
	for name, tc := range map[string]struct {
		g    Gatherer
		want string
	}{
		"no URL":            {Gatherer{}, form},
		"no scheme":         {Gatherer{URL: "dc1.corp.contoso.test"}, form},
		"no host":           {Gatherer{URL: "ldaps://"}, form},
		"another scheme":    {Gatherer{URL: "https://dc1"}, form},
		"a socket":          {Gatherer{URL: "ldapi:///var/run/slapd"}, form},
		"no port":           {Gatherer{URL: "ldaps://user:secret@dc1:port"}, form},
		"a password":        {Gatherer{URL: "ldaps://user:secret@dc1"}, more},
		"a base DN":         {Gatherer{URL: "ldaps://dc1/DC=corp,DC=contoso"}, more},
		"a query":           {Gatherer{URL: "ldaps://dc1?cn"}, more},
		"StartTLS twice":    {Gatherer{URL: url, StartTLS: true}, "StartTLS is for ldap://"},
		"base DN":           {Gatherer{URL: url, BaseDN: "corp.contoso.test"}, dc1 + `base DN: "corp.contoso.test" is not a DN`},
		"no CA file":        {Gatherer{URL: url, CAFile: empty + "x"}, dc1 + "reading the CA certificates: open " + empty + "x"},
		"CA file without":   {Gatherer{URL: url, CAFile: empty}, dc1 + "reading the CA certificates: " + empty + ": expected PEM certificates, found no usable one"},
		"no user":           {Gatherer{URL: url, Bind: Simple{}}, "a simple bind needs a user"},
		"no password":       {Gatherer{URL: url, Bind: Simple{User: "u"}}, "no password for u"},
		"empty password":    {Gatherer{URL: url, Bind: Simple{"u", password("", nil)}}, "the password of u is empty"},
		"unread password":   {Gatherer{URL: url, Bind: Simple{"u", password("secret", errors.New("no terminal"))}}, "the password of u: no terminal"},
		"Kerberos, realm":   {Gatherer{URL: url, Bind: Kerberos{Principal: "u", Keytab: empty}}, `Kerberos, principal "u": expected user@REALM`},
		"Kerberos, empty":   {Gatherer{URL: url, Bind: Kerberos{Principal: "u@R", Password: password("", nil)}}, "the password of u@R is empty"},
		"Kerberos, config":  {Gatherer{URL: url, Bind: Kerberos{Principal: "u@R", Password: password("secret", nil), Config: empty + "x"}}, empty + "x"},
		"Kerberos, keyring": {Gatherer{URL: url, Bind: Kerberos{Cache: "KEYRING:persistent:0"}}, "credential cache KEYRING:persistent:0 (created by kinit): only a credential cache in a file can be read"},
		"Kerberos, nothing": {Gatherer{URL: url, Bind: Kerberos{Cache: "FILE:" + empty, Config: empty}}, "it is damaged, or not a credential cache"},
		"no such server":    {Gatherer{URL: url}, "directory: expected the name of a server, found none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var err error
			doc := new(gather.Document)
			if name != "no such server" {
				_, err = tc.g.All(t.Context())
				require.ErrorContains(t, err, tc.want)
				tc.g.Server = "EX01"
			}
			err = tc.g.Gather(t.Context(), doc)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "secret")
			require.Zero(t, *doc)
		})
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"ldaps://dc1.corp.contoso.test":     "dc1.corp.contoso.test:636",
		"ldap://dc1.corp.contoso.test/":     "dc1.corp.contoso.test:389",
		"LDAP://dc1.corp.contoso.test:3268": "dc1.corp.contoso.test:3268",
		"ldap://[::1]":                      "[::1]:389",
	} {
		u, err := Gatherer{URL: given}.target()
		require.NoError(t, err)
		require.Equal(t, want, u.Host)
	}
}

// Only an anonymous bind is attempted without TLS, and nobody is asked for a
// password that could not be used.
func TestPlainBindIsRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	var connections atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			conn.Close()
		}
	}()
	asked := false
	ask := func() ([]byte, error) { asked = true; return []byte("secret"), nil }
	for _, bind := range []Bind{
		Simple{User: "reader", Password: ask},
		Kerberos{Principal: "reader@CORP.CONTOSO.TEST", Password: ask},
		Kerberos{},
		CurrentUser{},
	} {
		_, err := Gatherer{URL: "ldap://" + listener.Addr().String(), Bind: bind}.All(t.Context())
		require.ErrorContains(t, err, "not attempted: plain LDAP allows only an anonymous bind")
	}
	require.False(t, asked)
	require.Zero(t, connections.Load())
	// The same address is contacted if no secret is sent.
	_, err = Gatherer{URL: "ldap://" + listener.Addr().String()}.All(t.Context())
	require.ErrorContains(t, err, "bind as the anonymous user")
	require.Equal(t, int32(1), connections.Load())
}

func TestLimited(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		theirs.Write(bytes.Repeat([]byte("x"), 100))
		theirs.Close()
	}()
	data, err := io.ReadAll(&limited{Conn: ours, most: 60, left: 60})
	require.Len(t, data, 60)
	require.EqualError(t, err, "the host sent more than 60 bytes")
}

func TestHints(t *testing.T) {
	t.Parallel()
	for code, want := range map[uint16]string{
		ldap.LDAPResultStrongAuthRequired: "the host requires TLS, or another type of bind: ",
		ldap.LDAPResultReferral:           "another host has this object, and referrals are not followed: connect to that host: ",
		ldap.LDAPResultBusy:               "LDAP Result Code 51",
	} {
		err := ldap.NewError(code, errors.New("as the host says"))
		got := explained(fmt.Errorf("wrapped: %w", err))
		require.ErrorIs(t, got, err)
		require.ErrorContains(t, got, want)
		require.ErrorContains(t, got, "as the host says")
	}
}
