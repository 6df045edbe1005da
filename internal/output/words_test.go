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

// The certificates of the test below, by their thumbprints.
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

func TestWhy(t *testing.T) {
	t.Parallel()
	pki, selfSigned := server{store: certificates}, server{store: certificates}
	pki.InboundAnonymousDecision = &evaluate.InboundAnonymousDecision{BestKind: pointer("pki"), EvaluatedAt: "2025"}
	selfSigned.InboundAnonymousDecision = &evaluate.InboundAnonymousDecision{BestKind: pointer("self_signed"), EvaluatedAt: "2025"}
	for _, test := range []struct {
		server
		thumbprint, because, expected string
	}{
		{pki, "pki-2025", "best", "best: the first valid PKI certificate; its chain is trusted from 2025 to 2028"},
		{selfSigned, "self-2026", "best", "best: the first self-signed certificate; no eligible certificate is a valid PKI certificate"},
		{pki, "pki-2025-again", "higher_thumbprint", "not best: as old as the best certificate, and its thumbprint is higher"},
		{selfSigned, "self-2024", "older", "not best: older than the best certificate"},
		{pki, "self-2026", "self_signed", "not best: self-signed, and there is a valid PKI certificate"},
		{pki, "unsure-2025", "self_signed_unknown", "not best: not known whether it is self-signed"},
		{pki, "revoked-2025", "revoked", "not best: neither self-signed nor a valid PKI certificate: it is revoked (on the CRL)"},
		{pki, "untrusted-2025", "chain_untrusted",
			"not best: neither self-signed nor a valid PKI certificate: its chain ends in no trusted root (no certificate for its issuer)"},
		{pki, "unknown-2025", "chain_unknown", "not best: neither self-signed nor a valid PKI certificate: its chain is not known"},
		{selfSigned, "pki-2026", "chain_not_valid_yet",
			"not best: neither self-signed nor a valid PKI certificate: its chain is trusted from 2026 to 2028, so not yet at 2025"},
		{selfSigned, "pki-2025", "chain_expired",
			"not best: neither self-signed nor a valid PKI certificate: its chain is trusted from 2025 to 2028, so no longer at 2025"},
		{pki, "windowless", "chain_validity_unknown",
			"not best: neither self-signed nor a valid PKI certificate: its chain is trusted, but for which time is not known"},
	} {
		require.Equal(t, test.expected, test.whyRanked(evaluate.Ranked{Thumbprint: test.thumbprint, Because: test.because}), test.thumbprint)
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
