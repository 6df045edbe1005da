package probe_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/certificate/forge"
	"github.com/transportcert/transportcert/internal/probe"
	"github.com/transportcert/transportcert/internal/probe/smtplab"
)

// A lab is a server, and a document and a decision for its only connector.
type lab struct {
	server smtplab.Server
	probe.Expectation
}

// temporary is a certificate from an hour after the document and a day before
// the probe.
var temporary = forge.Recipe{CN: "EX01", From: forge.Str(0x18, "20261121080000Z"), Until: forge.Str(0x18, "20311121080000Z")}

// agreeing returns a server that serves each extension as decided.
func agreeing(t *testing.T) *lab {
	t.Helper()
	own, public := made(t, forge.Recipe{CN: "EX01"}), made(t, forge.Recipe{CN: "mail.contoso.test"})
	l := &lab{server: smtplab.Server{Anonymous: served(own), STARTTLS: served(public)}}
	l.Document = &gather.Document{
		Server: "EX01", GatheredAt: "2026-11-21T07:00:00Z", Host: &gather.Host{},
		Certificates: []gather.Certificate{{Thumbprint: own.Thumbprint()}, {Thumbprint: public.Thumbprint()}},
	}
	l.Decision = &evaluate.Decision{Procedure: "2016"}
	l.connector("Default Frontend EX01", new(own.Thumbprint()), new(public.Thumbprint()))
	return l
}

func (l *lab) connector(name string, anonymous, startTLS *string) {
	l.Document.Connectors = append(l.Document.Connectors, gather.Connector{Name: name})
	l.Decision.InboundAnonymous.Connectors = append(l.Decision.InboundAnonymous.Connectors,
		evaluate.AnonymousConnector{Name: name, Advertise: anonymous != nil, Thumbprint: anonymous})
	l.Decision.InboundSTARTTLS.Connectors = append(l.Decision.InboundSTARTTLS.Connectors,
		evaluate.STARTTLSConnector{Name: name, Advertise: startTLS != nil, Thumbprint: startTLS})
}

// compared probes the server, with every connector bound to its port.
func (l *lab) compared(t *testing.T, name string) (*probe.Result, error) {
	t.Helper()
	r, running := probed(t, l.server)
	port := netip.MustParseAddrPort(running.Address).Port()
	for i := range l.Document.Connectors {
		l.Document.Connectors[i].Bindings = []string{netip.AddrPortFrom(netip.IPv4Unspecified(), port).String()}
	}
	return r, probe.Compare(r, l.Expectation, name)
}

func TestSame(t *testing.T) {
	t.Parallel()
	l := agreeing(t)
	r, err := l.compared(t, "")
	require.NoError(t, err)
	require.Equal(t, &probe.Comparison{
		Server: "EX01", Connector: "Default Frontend EX01", ChosenBy: "its binding", GatheredAt: "2026-11-21T07:00:00Z",
		Same: new(true), Differences: []probe.Difference{},
	}, r.Comparison)
	require.False(t, r.Different())

	l = agreeing(t)
	l.server.Anonymous, l.server.STARTTLS = nil, nil
	l.Decision = &evaluate.Decision{}
	l.Document.Connectors = nil
	l.connector("Closed", nil, nil)
	r, err = l.compared(t, "closed")
	require.NoError(t, err)
	require.Equal(t, new(true), r.Comparison.Same)
	require.Equal(t, "Closed", r.Comparison.Connector)
	require.Equal(t, "its name", r.Comparison.ChosenBy)
}

// codes lists the reasons of the only difference.
func codes(t *testing.T, r *probe.Result) (field string, codes []string) {
	t.Helper()
	require.Equal(t, new(false), r.Comparison.Same)
	require.True(t, r.Different())
	require.Len(t, r.Comparison.Differences, 1)
	difference := r.Comparison.Differences[0]
	for _, reason := range difference.Reasons {
		require.NotEmpty(t, reason.Message)
		codes = append(codes, reason.Code)
	}
	return string(difference.Scenario) + "." + difference.Field, codes
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	const proxy = "mx.contoso.test ESMTP ready"
	for name, test := range map[string]struct {
		change  func(*lab)
		field   string
		reasons string
	}{
		"X-ANONYMOUSTLS is missing": {
			func(l *lab) { l.server.Anonymous = nil },
			"inbound_anonymous.advertise_x_anonymoustls", "document_older certificate_not_loaded",
		},
		"STARTTLS is missing": {
			func(l *lab) { l.server.STARTTLS = nil },
			"inbound_starttls.advertise_starttls", "document_older certificate_not_loaded",
		},
		"a proxy removes X-ANONYMOUSTLS": {
			func(l *lab) { l.server.Anonymous, l.server.Banner = nil, proxy },
			"inbound_anonymous.advertise_x_anonymoustls", "another_server document_older certificate_not_loaded",
		},
		"a firewall overwrites STARTTLS": {
			func(l *lab) { l.server.STARTTLS, l.server.Extensions = nil, []string{"XXXXXXXA"} },
			"inbound_starttls.advertise_starttls", "extension_removed document_older certificate_not_loaded",
		},
		"X-ANONYMOUSTLS is offered": {
			func(l *lab) {
				l.Decision.InboundAnonymous.Connectors[0] = evaluate.AnonymousConnector{Name: "Default Frontend EX01", StoppedAt: new("exchange_server_auth_disabled")}
			},
			"inbound_anonymous.advertise_x_anonymoustls", "document_older",
		},
		"the internal transport certificate is lost": {
			func(l *lab) {
				l.Decision.InboundAnonymous.Connectors[0] = evaluate.AnonymousConnector{Name: "Default Frontend EX01", StoppedAt: new("certificate_not_found")}
				l.Document.Certificates = l.Document.Certificates[1:]
			},
			"inbound_anonymous.advertise_x_anonymoustls", "temporary_certificate document_older",
		},
		"a certificate of the store": {
			func(l *lab) { l.server.Anonymous = l.server.STARTTLS },
			"inbound_anonymous.certificate", "not_restarted document_older",
		},
		"an unknown certificate": {
			func(l *lab) { l.server.STARTTLS = served(made(t, temporary)) },
			"inbound_starttls.certificate", "document_older",
		},
		"an unknown, recent self-signed certificate": {
			func(l *lab) { l.server.Anonymous = served(made(t, temporary)) },
			"inbound_anonymous.certificate", "temporary_certificate document_older",
		},
		"recent by the clock alone": {
			func(l *lab) { l.server.Anonymous, l.Document.GatheredAt = served(made(t, temporary)), "" },
			"inbound_anonymous.certificate", "temporary_certificate document_older",
		},
		"Exchange 2007 makes none": {
			func(l *lab) {
				l.server.Anonymous = served(made(t, temporary))
				l.Decision.Procedure, l.Document.ExchangeVersion = "2007", "8.3.83"
			},
			"inbound_anonymous.certificate", "document_older",
		},
		"an unknown certificate that is not recent": {
			func(l *lab) { l.server.Anonymous = served(made(t, forge.Recipe{CN: "EX02"})) },
			"inbound_anonymous.certificate", "document_older",
		},
		"a proxy with its own certificate": {
			func(l *lab) { l.server.STARTTLS, l.server.Banner = served(made(t, forge.Recipe{CN: "proxy"})), proxy },
			"inbound_starttls.certificate", "another_server document_older",
		},
		"the handshake fails": {
			func(l *lab) { l.server.Fault = smtplab.At(smtplab.Handshake, 3, smtplab.Hang) },
			"inbound_starttls.handshake", "certificate_unusable document_older",
		},
		"text is injected": {
			func(l *lab) { l.server.Fault = smtplab.At(smtplab.Ready, 3, smtplab.Say("220 go\r\n250 more\r\n")) },
			"inbound_starttls.handshake", "plain_text_injected",
		},
		"text is injected later": {
			func(l *lab) { l.server.Fault = smtplab.At(smtplab.Handshake, 3, smtplab.Say("250 more\r\n")) },
			"inbound_starttls.handshake", "plain_text_injected",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := agreeing(t)
			test.change(l)
			r, err := l.compared(t, "Default Frontend EX01")
			require.NoError(t, err)
			field, reasons := codes(t, r)
			require.Equal(t, test.field, field)
			require.Equal(t, test.reasons, strings.Join(reasons, " "))
		})
	}
}

// An unknown result is neither the same nor different.
func TestUnknownIsNotCompared(t *testing.T) {
	t.Parallel()
	l := agreeing(t)
	l.server.Fault = smtplab.At(smtplab.Banner, 3, smtplab.Say("421 4.3.2 busy\r\n"))
	r, err := l.compared(t, "")
	require.NoError(t, err)
	require.Nil(t, r.Comparison.Same)
	require.Empty(t, r.Comparison.Differences)
	require.False(t, r.Answered())

	l = agreeing(t)
	l.server.Fault = smtplab.At(smtplab.Banner, 3, smtplab.Say("421 4.3.2 busy\r\n"))
	l.server.Anonymous = served(made(t, temporary))
	r, err = l.compared(t, "")
	require.NoError(t, err)
	require.Equal(t, new(false), r.Comparison.Same)
}

func TestOtherConnectorAnswers(t *testing.T) {
	t.Parallel()
	l := agreeing(t)
	l.connector("Relay", nil, l.Decision.InboundSTARTTLS.Connectors[0].Thumbprint)
	l.server.Anonymous = nil
	_, err := l.compared(t, "")
	require.ErrorIs(t, err, probe.ErrConnector)
	require.ErrorContains(t, err, `"Default Frontend EX01", "Relay"`)
	r, err := l.compared(t, "Default Frontend EX01")
	require.NoError(t, err)
	_, reasons := codes(t, r)
	require.Equal(t, []string{"another_connector", "document_older", "certificate_not_loaded"}, reasons)
	require.Equal(t, `The connector "Relay" may have answered: the answer matches its decision.`, r.Comparison.Differences[0].Reasons[0].Message)

	// The ranges of remote addresses determine which connector it is.
	l.Document.Connectors[0].RemoteIPRanges = []string{"0.0.0.0-255.255.255.255", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}
	l.Document.Connectors[1].RemoteIPRanges = []string{"192.0.2.7", "127.0.0.0/30"}
	r, err = l.compared(t, "")
	require.NoError(t, err)
	require.Equal(t, "Relay", r.Comparison.Connector)
	require.Equal(t, "its binding, and remote_ip_ranges for 127.0.0.1", r.Comparison.ChosenBy)
	require.Equal(t, new(true), r.Comparison.Same)
	l.Document.Connectors[1].RemoteIPRanges = []string{"192.0.2.7"}
	r, err = l.compared(t, "")
	require.NoError(t, err)
	require.Equal(t, "Default Frontend EX01", r.Comparison.Connector)
	l.Document.Connectors[1].RemoteIPRanges = []string{"anywhere"}
	_, err = l.compared(t, "")
	require.ErrorIs(t, err, probe.ErrConnector)
}

func TestWhichConnector(t *testing.T) {
	t.Parallel()
	r, running := probed(t, smtplab.Server{})
	port := netip.MustParseAddrPort(running.Address).Port()
	on := func(addr string) []string {
		return []string{"192.0.2.9:9", netip.AddrPortFrom(netip.MustParseAddr(addr), port).String()}
	}
	l := &lab{Expectation: probe.Expectation{Document: &gather.Document{Server: "EX01"}, Decision: &evaluate.Decision{}}}
	for _, name := range []string{"exact", "all", "IPv6", "elsewhere", "disabled"} {
		l.connector(name, nil, nil)
	}
	connectors := l.Document.Connectors
	connectors[0].Bindings, connectors[1].Bindings, connectors[2].Bindings, connectors[3].Bindings = on("127.0.0.1"), on("0.0.0.0"), on("::"), on("192.0.2.1")
	connectors[4].Bindings, connectors[4].Enabled = on("127.0.0.1"), new(false)
	for _, want := range []struct{ name, by string }{
		{"exact", "its binding"}, {"all", "its binding"}, {"IPv6", ""}, {"elsewhere", "only the port of its binding"}, {"disabled", ""},
	} {
		err := probe.Compare(r, l.Expectation, "")
		if want.by == "" {
			require.ErrorIs(t, err, probe.ErrConnector, want.name)
		} else {
			require.NoError(t, err)
			require.Equal(t, want.name, r.Comparison.Connector)
			require.Equal(t, want.by, r.Comparison.ChosenBy)
		}
		for i := range connectors {
			if connectors[i].Name == want.name {
				connectors[i].Bindings = []string{"garbage", "192.0.2.1:1"}
			}
		}
	}
	require.ErrorContains(t, probe.Compare(r, l.Expectation, ""), `no enabled connector of EX01 is bound to port`)
	require.EqualError(t, probe.Compare(r, l.Expectation, "none"),
		`EX01 has no connector "none": expected one of "exact", "all", "IPv6", "elsewhere", "disabled"`)
}

func TestFind(t *testing.T) {
	t.Parallel()
	r, running := probed(t, smtplab.Server{Name: "EX02.corp.contoso.test"})
	documents := []*gather.Document{
		{Server: "EX01", Host: &gather.Host{DNSFQDN: "ex01.corp.contoso.test"}},
		{Server: "EX02", Host: &gather.Host{PhysicalDNSFQDN: "ex02.corp.contoso.test"}},
		{Server: "EX03", Connectors: []gather.Connector{{FQDN: "mail.contoso.test"}}},
	}
	found, err := probe.Find(r, documents[:1])
	require.NoError(t, err)
	require.Equal(t, "EX01", found.Server, "the only one")
	found, err = probe.Find(r, documents)
	require.NoError(t, err)
	require.Equal(t, "EX02", found.Server, "by its banner")

	documents[2].Connectors[0].Bindings = []string{running.Address}
	found, err = probe.Find(r, documents)
	require.NoError(t, err)
	require.Equal(t, "EX03", found.Server, "by its address, before the banner")

	documents[0].Connectors = documents[2].Connectors
	_, err = probe.Find(r, documents)
	require.EqualError(t, err, running.Address+": 2 documents match this server, including EX01 and EX03")

	r, _ = probed(t, smtplab.Server{Name: "mail.contoso.test"})
	documents[0].Connectors = nil
	found, err = probe.Find(r, documents)
	require.NoError(t, err)
	require.Equal(t, "EX03", found.Server, "by the FQDN of its connector, in the banner")
	r, _ = probed(t, smtplab.Server{Name: "other.contoso.test"})
	_, err = probe.Find(r, documents)
	require.ErrorContains(t, err, "none of the 3 documents matches this server")
}
