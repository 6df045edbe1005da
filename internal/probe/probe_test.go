package probe_test

import (
	"crypto"
	"crypto/tls"
	"encoding/json"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/der"
	"github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/probe"
	"github.com/transportcert/transportcert/internal/probe/smtplab"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// made creates a certificate with an RSA key, which every protocol version
// supports.
func made(t testing.TB, r forge.Recipe, names ...string) *forge.Certificate {
	t.Helper()
	r.Key, r.Hash = forge.RSAKey(), crypto.SHA256
	var san [][]byte
	for _, name := range names {
		san = append(san, forge.Str(0x82, name))
	}
	if len(san) > 0 {
		r.Extensions = append(r.Extensions, forge.SAN(t, san...))
	}
	return forge.New(t, r)
}

func served(chain ...*forge.Certificate) *tls.Config {
	certificate := tls.Certificate{PrivateKey: chain[0].Key}
	for _, c := range chain {
		certificate.Certificate = append(certificate.Certificate, c.DER)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}}
}

func target(t testing.TB, address string) probe.Target {
	t.Helper()
	parsed, err := probe.ParseTarget(address)
	require.NoError(t, err)
	return parsed
}

func clock() time.Time { return time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC) }

func probed(t testing.TB, server smtplab.Server) (*probe.Result, *smtplab.Running) {
	t.Helper()
	running := smtplab.Start(t, "127.0.0.1:0", server)
	return probe.Prober{Clock: clock, Timeout: 20 * time.Second}.Probe(t.Context(), target(t, running.Address)), running
}

func TestProbe(t *testing.T) {
	t.Parallel()
	root := made(t, forge.Recipe{CN: "Contoso Root", Extensions: [][]byte{forge.CA(t, -1)}})
	public := made(t, forge.Recipe{CN: "mail.contoso.test", Issuer: root}, "mail.contoso.test", "localhost")
	own := made(t, forge.Recipe{CN: "EX01"}, "EX01")
	running := smtplab.Start(t, "127.0.0.1:0", smtplab.Server{
		Extensions: []string{"AUTH NTLM", "8BITMIME"}, STARTTLS: served(public, root), Anonymous: served(own),
	})
	_, port, err := net.SplitHostPort(running.Address)
	require.NoError(t, err)

	p := probe.Prober{Clock: clock, Roots: [][]byte{root.DER}}
	r := p.Probe(t.Context(), target(t, "localhost:"+port))
	require.Empty(t, r.Error)
	require.Equal(t, "localhost:"+port, r.Target)
	require.Equal(t, running.Address, r.Address)
	require.Equal(t, "2026-11-22T07:00:00Z", r.ProbedAt)
	require.Equal(t, "ex01.corp.contoso.test Microsoft ESMTP MAIL Service ready at Sun, 22 Nov 2026 07:00:00 +0000", r.Banner)
	require.Equal(t, []string{"SIZE 37748736", "AUTH NTLM", "8BITMIME", "STARTTLS", "X-ANONYMOUSTLS"}, r.Extensions)
	require.Empty(t, r.Notes)
	require.True(t, r.Answered())
	require.False(t, r.Different())
	require.Nil(t, r.Comparison)

	s := r.STARTTLS
	require.True(t, s.Offered)
	require.Equal(t, probe.Completed, s.State)
	require.Equal(t, "TLS 1.3", s.Protocol)
	require.Contains(t, s.CipherSuite, "TLS_")
	require.Equal(t, public.Thumbprint(), *s.Thumbprint)
	require.Len(t, s.Chain, 2)
	require.Equal(t, root.Thumbprint(), s.Chain[1].Thumbprint)
	require.Equal(t, "CN=Contoso Root", s.Chain[0].Issuer)
	require.Equal(t, "trusted", s.Chain[0].Trust.Chain)
	require.Equal(t, &probe.Verification{
		Name:  probe.Check{OK: new(true), Message: "the certificate names localhost"},
		Chain: probe.Check{OK: new(true), Message: "it ends in a trusted root and is valid from 2020-01-01T00:00:00Z to 2030-01-01T00:00:00Z"},
		Dates: probe.Check{OK: new(true), Message: "valid from 2020-01-01T00:00:00Z to 2030-01-01T00:00:00Z"},
	}, s.Verification)

	a := r.XAnonymousTLS
	require.Equal(t, probe.Completed, a.State)
	require.Equal(t, own.Thumbprint(), *a.Thumbprint)
	require.Equal(t, probe.Check{OK: new(false), Message: "the certificate does not name localhost; its SAN names: EX01"}, a.Verification.Name)
	require.Equal(t, new(false), a.Verification.Chain.OK)

	// It sends nothing but this, and presents no certificate even if asked.
	require.Equal(t, []string{
		"EHLO [127.0.0.1]", "QUIT",
		"EHLO [127.0.0.1]", "X-ANONYMOUSTLS", "QUIT",
		"EHLO [127.0.0.1]", "STARTTLS", "QUIT",
	}, running.Commands())
	require.Zero(t, running.Presented())
}

func TestProbeIPv6(t *testing.T) {
	t.Parallel()
	if listener, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skip("no IPv6 on this machine")
	} else {
		listener.Close()
	}
	running := smtplab.Start(t, "[::1]:0", smtplab.Server{STARTTLS: served(made(t, forge.Recipe{CN: "EX01"}))})
	r := probe.Prober{Clock: clock}.Probe(t.Context(), target(t, running.Address))
	require.Equal(t, running.Address, r.Address)
	require.Equal(t, probe.Completed, r.STARTTLS.State)
	require.Equal(t, probe.NotTried, r.XAnonymousTLS.State)
	require.Contains(t, running.Commands(), "EHLO [IPv6:::1]")
	require.Equal(t, probe.Check{OK: nil, Message: "not checked: no roots given"}, r.STARTTLS.Verification.Chain)
}

func TestProtocols(t *testing.T) {
	t.Parallel()
	certificate := made(t, forge.Recipe{CN: "EX01"})
	for version, name := range map[uint16]string{tls.VersionTLS10: "TLS 1.0", tls.VersionTLS11: "TLS 1.1", tls.VersionTLS12: "TLS 1.2", tls.VersionTLS13: "TLS 1.3"} {
		config := served(certificate)
		config.MinVersion, config.MaxVersion = version, version
		r, _ := probed(t, smtplab.Server{STARTTLS: config})
		require.Equal(t, probe.Completed, r.STARTTLS.State, r.STARTTLS.Error)
		require.Equal(t, name, r.STARTTLS.Protocol)
	}
	for _, suite := range []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_RC4_128_SHA} {
		config := served(certificate)
		config.MinVersion, config.MaxVersion, config.CipherSuites = tls.VersionTLS10, tls.VersionTLS12, []uint16{suite}
		r, _ := probed(t, smtplab.Server{Anonymous: config})
		require.Equal(t, probe.Completed, r.XAnonymousTLS.State, r.XAnonymousTLS.Error)
		require.Equal(t, tls.CipherSuiteName(suite), r.XAnonymousTLS.CipherSuite)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	from, until := forge.Years("2020", "2024")
	r, _ := probed(t, smtplab.Server{STARTTLS: served(made(t, forge.Recipe{CN: "EX01", From: from, Until: until}))})
	require.Equal(t, probe.Check{OK: new(false), Message: "the certificate expired on 2024-01-01T00:00:00Z"}, r.STARTTLS.Verification.Dates)
	require.Equal(t, probe.Check{OK: new(false), Message: "the certificate does not name 127.0.0.1; its SAN names: none"}, r.STARTTLS.Verification.Name)
	from, until = forge.Years("2027", "2029")
	r, _ = probed(t, smtplab.Server{STARTTLS: served(made(t, forge.Recipe{CN: "EX01", From: from, Until: until}))})
	require.Equal(t, probe.Check{OK: new(false), Message: "the certificate is not valid before 2027-01-01T00:00:00Z"}, r.STARTTLS.Verification.Dates)

	// A certificate in the chain can expire before the served one.
	root := made(t, forge.Recipe{CN: "Contoso Root", Extensions: [][]byte{forge.CA(t, -1)}})
	from, until = forge.Years("2020", "2026")
	issuing := made(t, forge.Recipe{CN: "Contoso Issuing", Issuer: root, From: from, Until: until, Extensions: [][]byte{forge.CA(t, -1)}})
	running := smtplab.Start(t, "127.0.0.1:0", smtplab.Server{STARTTLS: served(made(t, forge.Recipe{CN: "EX01", Issuer: issuing}), issuing)})
	r = probe.Prober{Clock: clock, Roots: [][]byte{root.DER}}.Probe(t.Context(), target(t, running.Address))
	require.Equal(t, probe.Check{OK: new(false), Message: "a certificate in its chain expired on 2026-01-01T00:00:00Z"}, r.STARTTLS.Verification.Dates)
	require.Equal(t, new(true), r.STARTTLS.Verification.Chain.OK)
}

// Windows serves certificates that crypto/tls rejects. They are reported if the
// protocol version reveals them.
func TestCertificateThatGoRejects(t *testing.T) {
	t.Parallel()
	negative := made(t, forge.Recipe{CN: "EX01", Serial: []byte{0x80}}, "EX01")
	for _, newest := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := served(negative)
		config.MaxVersion = newest
		r, running := probed(t, smtplab.Server{STARTTLS: config})
		s := r.STARTTLS
		require.Equal(t, probe.Unknown, s.State)
		require.Equal(t, negative.Thumbprint(), *s.Thumbprint)
		require.Equal(t, "this program cannot complete the handshake: tls: failed to parse certificate from server: x509: negative serial number", s.Error)
		require.Equal(t, probe.Check{OK: nil, Message: "unknown: x509: negative serial number"}, s.Verification.Name)
		require.False(t, r.Answered())
		require.Equal(t, 1+int(newest-tls.VersionTLS11), strings.Count(strings.Join(running.Commands(), " "), "EHLO"), "once more, without TLS 1.3")
	}

	config := served(negative)
	config.MinVersion = tls.VersionTLS13
	r, _ := probed(t, smtplab.Server{STARTTLS: config})
	require.Equal(t, probe.Unknown, r.STARTTLS.State)
	require.Nil(t, r.STARTTLS.Thumbprint)
	require.Contains(t, r.STARTTLS.Error, "this program cannot complete the handshake: tls: failed to parse certificate from server")
}

// With TLS 1.3, a server rejects the client only after the client has completed
// the handshake.
func TestServerThatRequestsCertificates(t *testing.T) {
	t.Parallel()
	for _, newest := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		certificate := made(t, forge.Recipe{CN: "EX01"})
		config := served(certificate)
		config.MaxVersion, config.ClientAuth = newest, tls.RequireAnyClientCert
		r, running := probed(t, smtplab.Server{STARTTLS: config})
		require.Equal(t, probe.Failed, r.STARTTLS.State)
		require.Contains(t, r.STARTTLS.Error, "the server ended the handshake with the alert")
		require.Equal(t, certificate.Thumbprint(), *r.STARTTLS.Thumbprint, "it is served all the same")
		require.Zero(t, running.Presented())
	}
}

func TestGreetings(t *testing.T) {
	t.Parallel()
	r, _ := probed(t, smtplab.Server{Banner: "mx.contoso.test ESMTP Postfix (Debian/GNU)"})
	require.Equal(t, []string{`The banner is not that of Exchange ("Microsoft ESMTP MAIL Service").`}, r.Notes)
	require.True(t, r.Answered())
	require.Equal(t, probe.NotTried, r.STARTTLS.State)

	r, _ = probed(t, smtplab.Server{Banner: "**************************2*****", Extensions: []string{"XXXXXXXA"}})
	require.Len(t, r.Notes, 2)
	require.Equal(t, "A firewall that inspects SMTP has overwritten the banner or extensions.", r.Notes[1])

	for answer, want := range map[string]string{
		"554 5.7.1 no\r\n":                                 `expected a banner with 220, found "554 5.7.1 no"`,
		"421 4.3.2 Service not available\r\n":              `expected a banner with 220, found "421 4.3.2 Service not available"`,
		"SSH-2.0-OpenSSH_9.2\r\n":                          `reading the banner: expected a reply (three digits and text), found "SSH-2.0-OpenSSH_9.2\r\n"`,
		"220 a\r\n250 STARTTLS\r\n":                        `the server sent unsolicited plain text before EHLO: "250 STARTTLS\r\n"`,
		"220 " + hostile.Text + strings.Repeat("x", 1<<20): "reading the banner: ",
	} {
		r, _ := probed(t, smtplab.Server{Fault: smtplab.At(smtplab.Banner, 1, smtplab.Say(answer))})
		if want == "reading the banner: " {
			hostile.Check(t, r.Error)
			continue
		}
		require.Equal(t, want, r.Error)
		require.False(t, r.Answered())
	}
	r, _ = probed(t, smtplab.Server{Fault: smtplab.At(smtplab.Answer, 1, smtplab.Say("502 5.5.1 no\r\n"))})
	require.Equal(t, `expected 250 after EHLO, found "502 5.5.1 no"`, r.Error)
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	running := smtplab.Start(t, "127.0.0.1:0", smtplab.Server{})
	running.Stop()
	r := probe.Prober{Clock: clock}.Probe(t.Context(), target(t, running.Address))
	require.Contains(t, r.Error, "connecting: dial tcp "+running.Address)
	require.Empty(t, r.Address)
	require.False(t, r.Answered())
}

// The result for a server that stalls is unknown, whatever the phase.
func TestStalls(t *testing.T) {
	t.Parallel()
	certificate := made(t, forge.Recipe{CN: "EX01"})
	p := probe.Prober{Clock: clock, Timeout: 300 * time.Millisecond}
	for phase, want := range map[smtplab.Phase]string{
		smtplab.Banner:    "reading the banner: no answer within 300ms",
		smtplab.Answer:    "reading the answer to EHLO: no answer within 300ms",
		smtplab.Ready:     "reading the answer to STARTTLS: no answer within 300ms",
		smtplab.Handshake: "no answer within 300ms",
		smtplab.Farewell:  "After the handshake of STARTTLS, the server did not answer QUIT: reading the answer to QUIT: no answer within 300ms.",
	} {
		for _, from := range []int{1, 2} {
			running := smtplab.Start(t, "127.0.0.1:0", smtplab.Server{STARTTLS: served(certificate), Fault: smtplab.At(phase, from, smtplab.Stall)})
			begun := time.Now()
			r := p.Probe(t.Context(), target(t, running.Address))
			require.Less(t, time.Since(begun), 10*time.Second)
			switch {
			case phase == smtplab.Farewell:
				require.True(t, r.Answered())
				require.Equal(t, []string{want}, r.Notes)
			case from == 1 && (phase == smtplab.Banner || phase == smtplab.Answer):
				require.Equal(t, want, r.Error)
			default:
				require.Empty(t, r.Error)
				require.Equal(t, probe.Unknown, r.STARTTLS.State)
				require.Equal(t, want, r.STARTTLS.Error)
				require.False(t, r.Different())
			}
			require.Equal(t, phase == smtplab.Farewell, r.Answered())
		}
	}
}

// An error of the server where TLS should begin is a failure.
func TestFaults(t *testing.T) {
	t.Parallel()
	certificate := made(t, forge.Recipe{CN: "EX01"})
	for _, test := range []struct {
		at    smtplab.Phase
		fault func(net.Conn)
		state string
		error string
	}{
		{smtplab.Ready, smtplab.Say("454 4.7.0 TLS not available\r\n"), probe.Failed, `expected 220 after STARTTLS, found "454 4.7.0 TLS not available"`},
		{smtplab.Ready, smtplab.Say("\x00\xff\x1b garbage\r\n"), probe.Failed, `expected a reply (three digits and text), found "\x00\xff\x1b garbage\r\n"`},
		{smtplab.Ready, smtplab.Repeat("x"), probe.Failed, "expected a reply line of at most 4096 bytes"},
		{smtplab.Ready, smtplab.Repeat("220-x\r\n"), probe.Failed, "expected a reply of at most 128 lines"},
		{smtplab.Ready, smtplab.Hang, probe.Failed, "reading the answer to STARTTLS: the server closed the connection"},
		{smtplab.Ready, smtplab.Reset, probe.Failed, "the server ended the connection during the handshake"},
		{smtplab.Ready, smtplab.Say("220 ready\r\n250 injected\r\n"), probe.Failed,
			`the server sent unsolicited plain text after its answer to STARTTLS and before the handshake: "250 injected\r\n"`},
		{smtplab.Handshake, smtplab.Say("250-injected\r\n"), probe.Failed, `expected TLS, found data that begins with "250-i"`},
		{smtplab.Handshake, smtplab.Repeat("\x00"), probe.Failed, `expected TLS, found data that begins with "\x00\x00\x00\x00\x00"`},
		{smtplab.Handshake, smtplab.Alert(40), probe.Failed, `the server ended the handshake with the alert "handshake failure"`},
		{smtplab.Handshake, smtplab.Alert(70), probe.Failed, `the server ended the handshake with the alert "protocol version not supported"`},
		{smtplab.Handshake, smtplab.Hang, probe.Failed, "the server ended the connection during the handshake"},
		{smtplab.Handshake, smtplab.Reset, probe.Failed, "the server ended the connection during the handshake"},
		{smtplab.Banner, smtplab.Say("421 4.3.2 too many connections\r\n"), probe.Unknown, `expected a banner with 220, found "421 4.3.2 too many connections"`},
		{smtplab.Answer, smtplab.Say("250 ex01 Hello\r\n"), probe.Unknown, "it was offered on the first connection, but not on the one for the handshake"},
	} {
		r, _ := probed(t, smtplab.Server{STARTTLS: served(certificate), Fault: smtplab.At(test.at, 2, test.fault)})
		require.Empty(t, r.Error)
		require.True(t, r.STARTTLS.Offered)
		require.Equal(t, test.state, r.STARTTLS.State, r.STARTTLS.Error)
		require.Contains(t, r.STARTTLS.Error, test.error)
		require.Nil(t, r.STARTTLS.Thumbprint)
		require.Equal(t, test.state == probe.Failed, r.Different())
		hostile.Check(t, r.STARTTLS.Error)
	}
}

// Two servers behind one address answer alternately.
func TestSeveralServersAnswer(t *testing.T) {
	t.Parallel()
	r, _ := probed(t, smtplab.Server{STARTTLS: served(made(t, forge.Recipe{CN: "EX01"})), Fault: smtplab.At(smtplab.Banner, 2,
		smtplab.Say("220 ex02 Microsoft ESMTP MAIL Service\r\n250-ex02\r\n250 STARTTLS\r\n"))})
	require.Equal(t, probe.Unknown, r.STARTTLS.State, "what comes before it was asked for is not an answer")

	r, _ = probed(t, smtplab.Server{STARTTLS: served(made(t, forge.Recipe{CN: "EX01"})), Fault: smtplab.At(smtplab.Banner, 2, func(conn net.Conn) {
		_, _ = conn.Write([]byte("220 ex02 Microsoft ESMTP MAIL Service\r\n"))
		_, _ = conn.Read(make([]byte, 100))
		_, _ = conn.Write([]byte("250-ex02\r\n250 STARTTLS\r\n"))
	})})
	require.Contains(t, r.Notes, `Another server answered on the connection for STARTTLS: "ex02" instead of "ex01.corp.contoso.test".`)
}

// Names in a result are untrusted, and the output makes them printable; the
// text of this package is already printable.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	c := made(t, forge.Recipe{Subject: forge.TLV(der.TagSequence, forge.Attribute(t, forge.Str(der.TagUTF8String, hostile.Text), 2, 5, 4, 3))}, "a\x1b[2J")
	r, _ := probed(t, smtplab.Server{Name: "\x1b[31mex", STARTTLS: served(c), Extensions: []string{"\x1b[2J"}})
	require.Contains(t, []string{probe.Completed, probe.Unknown}, r.STARTTLS.State)
	for _, note := range append(r.Notes, r.STARTTLS.Error) {
		hostile.Check(t, note)
	}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.NotContains(t, string(text), "\x1b")
}

// Only part of a long chain is read.
func TestLongChain(t *testing.T) {
	t.Parallel()
	c := made(t, forge.Recipe{CN: "EX01"})
	chain := slices.Repeat([]*forge.Certificate{c}, 50)
	r, _ := probed(t, smtplab.Server{STARTTLS: served(chain...)})
	require.Equal(t, probe.Completed, r.STARTTLS.State, r.STARTTLS.Error)
	require.Len(t, r.STARTTLS.Chain, 20)
	require.Equal(t, []string{"The server sent a chain of 50 certificates, of which the first 20 were read."}, r.Notes)
}
