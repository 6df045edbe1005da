package directory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/hostile"
)

// No goroutine of a connection is left over, however the connection ended.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is a directory on loopback that calls answer for each connection. It
// returns a gatherer for it with a short timeout.
func host(t testing.TB, answer func(net.Conn)) Gatherer {
	t.Helper()
	address := hostile.Listen(t, func(conn *net.TCPConn) { answer(conn) })
	return Gatherer{URL: "ldap://" + address, Timeout: 500 * time.Millisecond}
}

// conversation answers one request after another, and then passes the
// connection to the last function.
func conversation(then func(net.Conn), answers ...[]byte) func(net.Conn) {
	return func(conn net.Conn) {
		for _, answer := range answers {
			if _, err := ber.ReadPacket(conn); err != nil {
				return
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
		then(conn)
	}
}

// The ways to end a conversation.
var (
	hangUp = func(net.Conn) {}
	stall  = func(conn net.Conn) { io.Copy(io.Discard, conn) }
	reset  = func(conn net.Conn) {
		conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		conn.Read(make([]byte, 1))
		conn.(*net.TCPConn).SetLinger(0) // RST in place of FIN
	}
)

// message is an LDAP message: an operation, and controls if there are any.
func message(id int64, operation *ber.Packet, controls ...ldap.Control) []byte {
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(operation)
	if len(controls) > 0 {
		all := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, control := range controls {
			all.AppendChild(control.Encode())
		}
		m.AppendChild(all)
	}
	return m.Bytes()
}

// result is the end of an operation.
func result(operation ber.Tag) *ber.Packet {
	r := ber.Encode(ber.ClassApplication, ber.TypeConstructed, operation, nil, "")
	r.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(ldap.LDAPResultSuccess), ""))
	r.AppendChild(octets(""))
	r.AppendChild(octets(""))
	return r
}

func octets(text string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "")
}

// found is an entry in a search result, with one attribute.
func found(dn, attribute, value string) *ber.Packet {
	values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	values.AppendChild(octets(value))
	pair := ber.NewSequence("")
	pair.AppendChild(octets(attribute))
	pair.AppendChild(values)
	attributes := ber.NewSequence("")
	attributes.AppendChild(pair)
	entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	entry.AppendChild(octets(dn))
	entry.AppendChild(attributes)
	return entry
}

// The answers up to the first search, which is message 4.
var (
	bound   = message(1, result(ldap.ApplicationBindResponse))
	whoAmI  = message(2, result(ldap.ApplicationExtendedResponse))
	rootDSE = append(message(3, found("", "configurationNamingContext", "CN=Configuration,DC=test")), message(3, result(ldap.ApplicationSearchResultDone))...)
	server4 = message(4, found("CN=EX01,CN=Servers,DC=test", attrVersion, "1"))
)

// Whatever the host does, there is no document but an error that names it and
// the step, in time.
func TestHostileHosts(t *testing.T) {
	t.Parallel()
	nested := bytes.Repeat([]byte{0x30, 0x80}, 1<<20)
	huge := []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01}
	send := func(data []byte) func(net.Conn) {
		return func(conn net.Conn) {
			go io.Copy(io.Discard, conn)
			conn.Write(data)
		}
	}
	for name, tc := range map[string]struct {
		answer func(net.Conn)
		scheme string
		want   string
	}{
		"stalls":                    {stall, "ldap", "bind as the anonymous user: timed out after 500ms"},
		"stalls in the handshake":   {stall, "ldaps", "TLS: timed out after 500ms"},
		"stalls instead of TLS":     {stall, "StartTLS", "StartTLS: timed out after 500ms"},
		"stalls when bound":         {conversation(stall, bound), "ldap", "reading the RootDSE: timed out after 500ms"},
		"stalls in the search":      {conversation(stall, bound, whoAmI, rootDSE), "ldap", "searching for (objectClass=msExchExchangeServer) below CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=test: timed out after 500ms"},
		"stalls in an entry":        {conversation(stall, bound, whoAmI, rootDSE, server4[:20]), "ldap", "searching for (objectClass=msExchExchangeServer) below CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=test: timed out after 500ms"},
		"stalls after an entry":     {conversation(stall, bound, whoAmI, rootDSE, server4), "ldap", "searching for (objectClass=msExchExchangeServer) below CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=test: timed out after 500ms"},
		"hangs up":                  {hangUp, "ldap", "bind as the anonymous user: "},
		"hangs up in the handshake": {hangUp, "ldaps", "TLS: "},
		"hangs up instead of TLS":   {hangUp, "StartTLS", "StartTLS: "},
		"hangs up when bound":       {conversation(hangUp, bound, whoAmI), "ldap", "reading the RootDSE: "},
		"hangs up in an entry":      {conversation(hangUp, bound, whoAmI, rootDSE, server4[:20]), "ldap", "searching for (objectClass=msExchExchangeServer)"},
		"hangs up after an entry":   {conversation(hangUp, bound, whoAmI, rootDSE, server4), "ldap", "searching for (objectClass=msExchExchangeServer)"},
		"resets":                    {reset, "ldap", "bind as the anonymous user: "},
		"resets in the handshake":   {reset, "ldaps", "TLS: "},
		"resets after an entry":     {conversation(reset, bound, whoAmI, rootDSE, server4), "ldap", "searching for (objectClass=msExchExchangeServer)"},
		"speaks HTTP":               {send([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")), "ldap", "bind as the anonymous user: "},
		"speaks HTTP, LDAPS":        {send([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")), "ldaps", "TLS: "},
		"speaks HTTP, StartTLS":     {send([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")), "StartTLS", "StartTLS: "},
		"sends nested garbage":      {send(nested), "ldap", "bind as the anonymous user: "},
		"claims two gigabytes":      {send(huge), "ldap", "bind as the anonymous user: "},
		"answers without a request": {conversation(stall, message(99, result(ldap.ApplicationBindResponse))), "ldap", "bind as the anonymous user: timed out after 500ms"},
		"answers without a result":  {conversation(hangUp, message(1, octets("x"))), "ldap", "bind as the anonymous user: "},
		"sends zeros": {conversation(func(conn net.Conn) {
			for zeros := make([]byte, 64<<10); ; {
				if _, err := conn.Write(zeros); err != nil {
					return
				}
			}
		}), "ldap", "bind as the anonymous user: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := host(t, tc.answer)
			address := strings.TrimPrefix(g.URL, "ldap://")
			if tc.scheme == "StartTLS" {
				tc.scheme, g.StartTLS = "ldap", true
			}
			g.URL = tc.scheme + "://" + address
			begun := time.Now()
			docs, err := g.All(t.Context())
			require.Nil(t, docs)
			require.ErrorContains(t, err, "directory "+g.URL+": "+tc.want)
			hostile.Check(t, err.Error())
			require.Less(t, time.Since(begun), 10*time.Second)
		})
	}
}

// A host that sends pages endlessly is abandoned after the timeout.
func TestEndlessPages(t *testing.T) {
	t.Parallel()
	var pages atomic.Int64
	g := host(t, conversation(func(conn net.Conn) {
		for {
			request, err := ber.ReadPacket(conn)
			if err != nil {
				return
			}
			pages.Add(1)
			paging := ldap.NewControlPaging(0)
			paging.SetCookie([]byte("more"))
			conn.Write(message(request.Children[0].Value.(int64), result(ldap.ApplicationSearchResultDone), paging))
		}
	}, bound, whoAmI, rootDSE))
	_, err := g.All(t.Context())
	require.ErrorContains(t, err, "timed out after 500ms")
	require.Greater(t, pages.Load(), int64(1))
}

// The answers of a host are read in linear time, and a connector with the
// longest possible DN is skipped as quickly as it is read.
func TestLongDN(t *testing.T) {
	t.Parallel()
	const parts = 180_000
	done := func(id int64) []byte { return message(id, result(ldap.ApplicationSearchResultDone)) }
	long := "CN=a," + strings.Repeat("C=b,", parts) + "CN=EX01,CN=Servers,DC=test"
	g := host(t, conversation(stall, bound, whoAmI, rootDSE, append(server4, done(4)...),
		append(message(5, found(long, attrAuth, "29")), done(5)...)))
	g.Timeout = 20 * time.Second
	var reports []string
	g.Report = func(sentence string) { reports = append(reports, sentence) }
	begun := time.Now()
	docs, err := g.All(t.Context())
	require.NoError(t, err)
	require.Less(t, time.Since(begun), 10*time.Second, "quadratic, it takes minutes")
	require.Len(t, docs, 1)
	require.Empty(t, docs[0].Connectors)
	require.Contains(t, strings.Join(reports, "\n"), "skipped the connector CN=a,C=b,C=b,")
}

// The timeout also applies to processing what a host sent.
func TestTimeAfterTheSearch(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	c := &connection{g: Gatherer{Timeout: time.Second}, ctx: ctx, address: "ldap://host"}
	entries := []*ldap.Entry{entry("CN=EX01,DC=test", attrVersion, "1")}
	_, err := c.join(entries, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = c.join(nil, entries)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualError(t, c.failed("joining connectors and servers", err),
		"directory ldap://host: joining connectors and servers: timed out after 1s: context deadline exceeded")
}

// A connector belongs to the nearest server above it, whatever the spelling. A
// connector that is not below a server is skipped.
func TestNearest(t *testing.T) {
	t.Parallel()
	var reports []string
	c := &connection{g: Gatherer{Report: func(sentence string) { reports = append(reports, sentence) }}, ctx: t.Context()}
	servers, err := c.join([]*ldap.Entry{entry("CN=EX01,DC=test"), entry("CN=EX02,CN=a,CN=EX01,DC=test")}, []*ldap.Entry{
		entry("CN=one,cn=ex01,dc=TEST"), entry("CN=two,CN=b,CN=EX02,CN=a,CN=EX01,DC=test"), entry("CN=three,CN=a,CN=EX01,DC=test"),
		entry("CN=EX01,DC=test"), entry("CN=x,CN=EX02,DC=test"),
	})
	require.NoError(t, err)
	require.Len(t, servers, 2)
	require.Equal(t, "CN=one,cn=ex01,dc=TEST", servers[0].connectors[0].DN)
	require.Equal(t, "CN=three,CN=a,CN=EX01,DC=test", servers[0].connectors[1].DN)
	require.Len(t, servers[0].connectors, 2)
	require.Equal(t, "CN=two,CN=b,CN=EX02,CN=a,CN=EX01,DC=test", servers[1].connectors[0].DN)
	require.Equal(t, []string{
		"skipped the connector CN=EX01,DC=test: it is not below any server that was found",
		"skipped the connector CN=x,CN=EX02,DC=test: it is not below any server that was found",
	}, reports)
}

// Each limit is exact.
func TestLimits(t *testing.T) {
	t.Parallel()
	sizes := make(chan int64, 100)
	// Three servers on two pages, each with a cookie for the next.
	answers := func(conn net.Conn) {
		for page := 1; ; page++ {
			request, err := ber.ReadPacket(conn)
			if err != nil {
				return
			}
			id := request.Children[0].Value.(int64)
			control, err := ldap.DecodeControl(request.Children[2].Children[0])
			if err != nil {
				return
			}
			sizes <- int64(control.(*ldap.ControlPaging).PagingSize)
			var answer []byte
			paging := ldap.NewControlPaging(0)
			switch page {
			case 1:
				answer = append(message(id, found("CN=EX01,DC=test", attrVersion, "1")), message(id, found("CN=EX02,DC=test", attrVersion, "1"))...)
				paging.SetCookie([]byte("more"))
			case 2:
				answer = message(id, found("CN=EX03,DC=test", attrVersion, "1"))
			}
			conn.Write(append(answer, message(id, result(ldap.ApplicationSearchResultDone), paging)...))
		}
	}
	size := len(bound) + len(whoAmI) + len(rootDSE)
	for _, tc := range []struct {
		limits Limits
		want   string // empty: no error
	}{
		{Limits{}, ""},
		{Limits{Page: 7, Entries: 3}, ""},
		{Limits{Entries: 2}, "searching for (objectClass=msExchExchangeServer) below CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=test: expected at most 2 entries, found more"},
		{Limits{Bytes: size + 10}, fmt.Sprintf("the host sent more than %d bytes", size+10)},
	} {
		g := host(t, conversation(answers, bound, whoAmI, rootDSE))
		g.Limits, g.Timeout = tc.limits, time.Minute
		docs, err := g.All(t.Context())
		if tc.want != "" {
			require.ErrorContains(t, err, tc.want)
			continue
		}
		require.NoError(t, err)
		require.Len(t, docs, 3)
		for range 3 { // two pages of servers, one of connectors
			require.EqualValues(t, cmp.Or(tc.limits.Page, 500), <-sizes)
		}
	}
}

// The answers of a host take no more memory than one message may. The smallest
// elements of BER take the most: two bytes become a structure. Not parallel,
// because it measures memory.
func TestMemoryOfOneMessage(t *testing.T) {
	nulls := bytes.Repeat([]byte{0x05, 0x00}, 32<<10)
	g := host(t, func(conn net.Conn) {
		go io.Copy(io.Discard, conn)
		conn.Write([]byte{0x30, 0x80}) // of indefinite length
		for range 100 << 20 / len(nulls) {
			if _, err := conn.Write(nulls); err != nil {
				return
			}
		}
	})
	g.Timeout = 10 * time.Second
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := g.All(t.Context())
	runtime.ReadMemStats(&after)
	require.Error(t, err)
	t.Logf("%d MB: %v", (after.TotalAlloc-before.TotalAlloc)>>20, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(512<<20))
}

// FuzzEntry checks that the attributes of any server and connector result in
// valid sections or an error.
func FuzzEntry(f *testing.F) {
	f.Add(`CN=A\, \C3\9C+OU=b`, bytes.Repeat([]byte{0xab}, 20), "29", "TRUE", "ncacn_ip_tcp:ex01.contoso.test", "4097")
	f.Add("CN=Default EX01", []byte("0123456789abcdef0123456789ABCDEF01234567"), "-1", "false", "netbios:EX01", "x")
	f.Add("", []byte{0x30, 0x82}, "", "", ":", "2147483648")
	f.Add("CN=#0403666f6f", der(f), "2147483647", "FALSE", "NCACN_IP_TCP:a-name-that-is-too-long.b", "-2147483648")
	f.Fuzz(func(t *testing.T, rdn string, certificate []byte, auth, enabled, address, options string) {
		g := Gatherer{Report: func(sentence string) { hostile.Check(t, sentence) }}
		c := &connection{g: g, ctx: t.Context(), address: "ldap://host", host: "host", account: "nobody"}
		joined, err := c.join(
			[]*ldap.Entry{entry(rdn+",CN=Servers,DC=test", attrCertificate, string(certificate), attrAddress, address, attrVersion, auth)},
			[]*ldap.Entry{entry(rdn+",CN=x,"+rdn+",CN=Servers,DC=test", attrAuth, auth, attrEnabled, enabled, attrFQDN, address, attrOptions, options)},
		)
		if err != nil {
			return
		}
		found := &forest{connection: c}
		for _, s := range joined {
			document := &gather.Document{SchemaVersion: gather.Version, Certificates: []gather.Certificate{}}
			sections, err := g.document(found, s)
			if err != nil {
				continue
			}
			found.fill(document, sections)
			if document.Missing() != nil {
				continue
			}
			var text bytes.Buffer
			require.NoError(t, document.Encode(&text))
			_, err = gather.Decode(text.Bytes())
			require.NoError(t, err, "%s", &text)
		}
	})
}

// FuzzHost checks that a host that answers anything results in an error or
// documents, in time.
func FuzzHost(f *testing.F) {
	const next = "|"
	join := func(answers ...[]byte) []byte { return bytes.Join(answers, []byte(next)) }
	done := func(id int64) []byte { return message(id, result(ldap.ApplicationSearchResultDone)) }
	f.Add(join(bound, whoAmI, rootDSE, append(server4, done(4)...), append(message(5, found("CN=A,CN=EX01,CN=Servers,DC=test", attrAuth, "29")), done(5)...)))
	f.Add(join(bound, whoAmI, rootDSE, message(4, result(ldap.ApplicationSearchResultDone), ldap.NewControlPaging(7))))
	f.Add(join(bound, message(2, result(ldap.ApplicationSearchResultReference))))
	f.Add(message(1, result(ldap.ApplicationExtendedResponse)))
	f.Fuzz(func(t *testing.T, data []byte) {
		g := host(t, conversation(hangUp, bytes.Split(data, []byte(next))...))
		g.Report = func(sentence string) { hostile.Check(t, sentence) }
		begun := time.Now()
		docs, err := g.All(t.Context())
		if err != nil {
			hostile.Check(t, err.Error())
		} else {
			require.NotEmpty(t, docs)
		}
		require.Less(t, time.Since(begun), 10*time.Second)
	})
}
