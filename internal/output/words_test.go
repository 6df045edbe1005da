package output

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

func pointer[T any](value T) *T { return &value }

func TestReason(t *testing.T) {
	t.Parallel()
	many := gather.Certificate{SubjectCommonNames: []string{"a"}, DNSNames: []string{"A", "b", "c", "d", "e", "f", "g", "h"}}
	tests := []struct {
		code        string
		certificate gather.Certificate
		expected    string
	}{
		{"version_below_3", gather.Certificate{Version: 1}, "it is X.509 version 1"},
		{"no_private_key", gather.Certificate{}, "it has no private key"},
		{"private_key_unknown", gather.Certificate{}, "whether it has a private key is not known"},
		{"name_mismatch", gather.Certificate{}, "it has no name"},
		{"name_mismatch", gather.Certificate{DNSNames: []string{"a", "b"}}, "none of its names is on the domain list (it has a and b)"},
		{"name_mismatch", many, "none of its names is on the domain list (it has a, b, c, d, e, f and 2 more)"},
		{"smtp_not_enabled", gather.Certificate{Services: []string{}}, "it is not enabled for SMTP (no services)"},
		{"smtp_not_enabled", gather.Certificate{Services: []string{"IIS"}}, "it is not enabled for SMTP (service IIS)"},
		{"smtp_not_enabled", gather.Certificate{Services: []string{"IIS", "POP"}}, "it is not enabled for SMTP (services IIS, POP)"},
		{"services_unknown", gather.Certificate{}, "whether it is enabled for SMTP is not known"},
		{"key_too_short", gather.Certificate{}, "key_too_short"},
	}
	for _, test := range tests {
		require.Equal(t, test.expected, reason(test.code, test.certificate))
	}
}

func TestLeft(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, until, at string
		expired         bool
		expected        string
	}{
		{"2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", false, "1 day left"},
		{"2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-01T00:00:01Z", false, "less than a day left"},
		{"2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", false, "less than a day left"},
		{"2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:01Z", true, "expired less than a day ago"},
		{"2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z", true, "expired 2 days ago"},
		{"2024-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2023-12-31T23:59:59Z", false, "not valid yet"},
		// python3: (date(9999, 12, 31) - date(2000, 1, 1)).days
		{"1999-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "2000-01-01T00:00:00Z", false, "2921939 days left"},
	}
	for _, test := range tests {
		s := server{InboundAnonymousDecision: &evaluate.InboundAnonymousDecision{EvaluatedAt: test.at, Expired: &test.expired}}
		require.Equal(t, test.expected, s.left(gather.Certificate{NotBefore: test.from, NotAfter: test.until}), "%v", test)
	}
}

// The certificates of the tests below, by their thumbprints: an older one
// comes after a newer in the order.
var certificates = map[string]gather.Certificate{
	"pki-2026":       {NotBefore: "2026", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "trusted", ValidFrom: pointer("2026"), ValidUntil: pointer("2028")}},
	"pki-2025":       {NotBefore: "2025", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "trusted", ValidFrom: pointer("2025"), ValidUntil: pointer("2028")}},
	"pki-2025-again": {NotBefore: "2025", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "trusted", ValidFrom: pointer("2025"), ValidUntil: pointer("2028")}},
	"revoked-2025":   {NotBefore: "2025", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "unknown", Revoked: pointer(true), Error: "on the CRL"}},
	"untrusted-2025": {NotBefore: "2025", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "untrusted", Error: "no certificate for its issuer"}},
	"unknown-2025":   {NotBefore: "2025", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "unknown"}},
	"windowless":     {NotBefore: "2025", SelfSigned: pointer(false), Trust: gather.Trust{Chain: "trusted"}},
	"self-2026":      {NotBefore: "2026", SelfSigned: pointer(true), Trust: gather.Trust{Chain: "unknown"}},
	"self-2024":      {NotBefore: "2024", SelfSigned: pointer(true), Trust: gather.Trust{Chain: "unknown"}},
	"unsure-2025":    {NotBefore: "2025", Trust: gather.Trust{Chain: "unknown"}},
}

func ordered(best, kind string, eligible ...string) server {
	s := server{
		InboundAnonymousDecision: &evaluate.InboundAnonymousDecision{Eligible: eligible, EvaluatedAt: "2025", Expired: pointer(false), Thumbprint: &eligible[0],
			Connectors: []evaluate.AnonymousConnector{{Advertise: true}}},
		facts: &gather.Document{Directory: &gather.Directory{Readable: true, InternalTransportCertificate: &eligible[0]}},
		store: certificates,
	}
	if best != "" {
		s.Best, s.BestKind, s.MatchesBest = &best, &kind, pointer(best == eligible[0])
	}
	return s
}

func TestWhyBest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		server   server
		expected []string
	}{
		{"pki", ordered("pki-2025", "pki", "self-2026", "revoked-2025", "pki-2025", "pki-2025-again", "untrusted-2025", "self-2024"), []string{
			"not best: it is self-signed, and there is a valid PKI certificate",
			"not best: not self-signed, and not a valid PKI certificate: it is revoked (on the CRL)",
			"best: the first valid PKI certificate; its chain is trusted from 2025 to 2028",
			"comes after the best: of the same age, with a higher thumbprint",
			"comes after the best: of the same age, with a higher thumbprint",
			"comes after the best: it is older",
		}},
		{"self-signed", ordered("self-2026", "self_signed", "pki-2026", "self-2026", "unknown-2025", "unsure-2025", "self-2024"), []string{
			"not best: not self-signed, and not a valid PKI certificate: its chain is trusted from 2026 to 2028, and not at 2025",
			"best: self-signed, and no eligible certificate is a valid PKI certificate",
			"not best: not self-signed, and not a valid PKI certificate: its chain is not known",
			"not best: whether it is self-signed is not known",
			"comes after the best: it is older",
		}},
		{"none", ordered("", "", "untrusted-2025", "windowless"), []string{
			"not best: not self-signed, and not a valid PKI certificate: its chain ends in no trusted root (no certificate for its issuer)",
			"not best: not self-signed, and not a valid PKI certificate: its chain is trusted, but for which time is not known",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for place, expected := range test.expected {
				require.Equal(t, expected, test.server.whyBest(place), test.server.Eligible[place])
			}
		})
	}
}

func TestProse(t *testing.T) {
	t.Parallel()
	p := &page{}
	thumbprint := "1234567890123456789012345678901234567890"
	p.prose(4, "  %s and %s and %s", thumbprint, thumbprint, thumbprint)
	p.line("%s and %s and %s", thumbprint, thumbprint, thumbprint)
	require.Equal(t, "  "+thumbprint+" and "+thumbprint+" and\n    "+thumbprint+"\n"+
		thumbprint+" and "+thumbprint+" and "+thumbprint+"\n", p.String())
}
