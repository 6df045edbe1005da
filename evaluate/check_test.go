package evaluate_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// clockAt is a clock for which the server of these tests has no findings.
func clockAt(text string) evaluate.Option {
	return evaluate.WithClock(func() time.Time {
		t, err := time.Parse(gather.TimeFormat, text)
		if err != nil {
			panic(err)
		}
		return t
	})
}

var inTheMiddle = clockAt("2026-11-22T07:00:00Z")

func checker(t *testing.T, options ...evaluate.Option) *evaluate.Evaluator {
	t.Helper()
	return evaluatorWith(t, append([]evaluate.Option{inTheMiddle}, options...)...)
}

// ids returns "TC001 error" for each finding, and what suppresses it.
func ids(findings []evaluate.Finding) []string {
	all := []string{}
	for _, finding := range findings {
		text := finding.RuleID + " " + finding.Severity
		if finding.Suppressed != nil {
			text += ": " + finding.Suppressed.Reason + ", " + finding.Suppressed.Expires
		}
		all = append(all, text)
	}
	return all
}

// inOrder is a server without findings.
func inOrder(t *testing.T) *gather.Document {
	document, _ := server(t)
	certificate := &document.Certificates[0]
	certificate.KeyAlgorithm, certificate.SignatureAlgorithm = "ECDSA", "ECDSA-SHA256"
	certificate.DNSNames = []string{"EX01", "ex01.corp.contoso.test"}
	return document
}

// withoutKey is a server whose only certificate has lost its private key, so
// that none is eligible.
func withoutKey(t *testing.T) (*gather.Document, string) {
	document := inOrder(t)
	no := false
	document.Certificates[0].HasPrivateKey = &no
	document.Connectors[0].AuthMechanisms = []string{"ExchangeServer"} // without STARTTLS
	return document, document.Certificates[0].Thumbprint
}

func TestCheck(t *testing.T) {
	t.Parallel()
	document, thumbprint := withoutKey(t)
	checked, err := checker(t).Check(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, []string{"TC012 warning", "TC032 error"}, ids(checked.Findings))
	require.Equal(t, evaluate.Finding{
		RuleID:      "TC032",
		Title:       "No private key",
		Severity:    "error",
		Server:      "EX01",
		Action:      new("internal-transport-certificate"),
		Message:     "EX01: the internal transport certificate " + thumbprint + " has no private key.",
		Remediation: checked.Findings[0].Remediation, // the remedy of TC012, which it also repairs
		References:  []string{"https://learn.microsoft.com/powershell/module/exchange/enable-exchangecertificate"},
		Path:        "certificates[0].has_private_key",
		Thumbprint:  &thumbprint,
	}, checked.Findings[1])

	evaluator := evaluatorWith(t, inTheMiddle)
	expected, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, expected, checked.Decision)
}

func TestCheckFindsNothing(t *testing.T) {
	t.Parallel()
	document := inOrder(t)
	checked, err := checker(t).Check(t.Context(), document)
	require.NoError(t, err)
	require.Empty(t, checked.Findings)
	require.NotNil(t, checked.Findings)
}

func TestCheckOfAnInvalidDocument(t *testing.T) {
	t.Parallel()
	document, _ := server(t)
	document.Directory = nil
	checked, err := checker(t).Check(t.Context(), document)
	require.Nil(t, checked)
	require.ErrorContains(t, err, "checking the document of EX01: ")
	require.ErrorContains(t, err, "directory: expected an object, found null")
}

func TestCheckConcurrently(t *testing.T) {
	t.Parallel()
	c := checker(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			document, _ := withoutKey(t)
			document.Server = fmt.Sprintf("EX%02d", i)
			checked, err := c.Check(context.Background(), document)
			if err != nil || len(checked.Findings) != 2 || checked.Findings[1].Server != document.Server {
				t.Errorf("%s: checked %+v, error %v", document.Server, checked, err)
			}
		})
	}
	wg.Wait()
}

func TestWaivers(t *testing.T) {
	t.Parallel()
	document, thumbprint := withoutKey(t)
	tests := map[string]struct {
		waivers  string // %s is the thumbprint
		expected []string
	}{
		"by server": {
			`[{"rule_id": "TC032", "server": "ex01", "reason": "moving", "expires": "2026-12-31"}]`,
			[]string{"TC012 warning", "TC032 error: moving, 2026-12-31"},
		},
		"by thumbprint, in YAML": {
			"waivers:\n- rule_id: TC032\n  thumbprint: %s\n  reason: moving\n  expires: 2026-12-31\n",
			[]string{"TC012 warning", "TC032 error: moving, 2026-12-31"},
		},
		"on its last day": {
			"- {rule_id: TC012, server: EX01, reason: moving, expires: 2026-11-22}",
			[]string{"TC012 warning: moving, 2026-11-22", "TC032 error"},
		},
		"in its last second": {
			"- {rule_id: TC012, server: EX01, reason: moving, expires: 2026-11-22T07:00:00Z}",
			[]string{"TC012 warning: moving, 2026-11-22T07:00:00Z", "TC032 error"},
		},
		"expired a second ago": {
			"- {rule_id: TC012, server: EX01, reason: moving, expires: 2026-11-22T06:59:59Z}",
			[]string{"TC012 warning", "TC032 error", "TC093 info"},
		},
		"of another server":                      {"- {rule_id: TC012, server: EX02, reason: moving, expires: 2026-12-31}", []string{"TC012 warning", "TC032 error"}},
		"of a certificate on another server":     {"- {rule_id: TC032, server: EX02, thumbprint: %s, reason: moving, expires: 2026-12-31}", []string{"TC012 warning", "TC032 error"}},
		"of a rule that is about no certificate": {"- {rule_id: TC012, thumbprint: %s, reason: moving, expires: 2026-12-31}", []string{"TC012 warning", "TC032 error"}},
		"none":                                   {"[]", []string{"TC012 warning", "TC032 error"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := test.waivers
			if slices.Contains([]byte(text), '%') {
				text = fmt.Sprintf(text, thumbprint)
			}
			path := filepath.Join(write(t, "waivers", text), "waivers")
			checked, err := checker(t, evaluate.WithWaivers(path)).Check(t.Context(), document)
			require.NoError(t, err)
			require.Equal(t, test.expected, ids(checked.Findings))
		})
	}
}

// Waivers from two places would hide each other.
func TestWaiversFromTwoPlaces(t *testing.T) {
	t.Parallel()
	data := write(t, "data.json", `{"transportcert": {"waivers": []}}`)
	_, err := evaluate.New(t.Context(), evaluate.WithPolicies(data),
		evaluate.WithWaivers(filepath.Join(write(t, "waivers", "[]"), "waivers")))
	require.ErrorContains(t, err, "transportcert/waivers is in multiple bundles")
}

const customFindings = `package transportcert.custom

# METADATA
# title: No owner
# description: Nobody looks after the server.
# related_resources:
#   - ref: https://intranet.contoso.test/owners
# custom:
#   id: ORG001
#   severity: warning
#   remediation: Enter one.
findings contains {"rule_id": "ORG001", "severity": "warning", "message": "no owner", "title": "No owner"}

findings contains {"rule_id": "ORG002", "severity": "error", "message": "without METADATA"}

config := {"expires_within_days": 45}
`

func TestCheckWithCustomRules(t *testing.T) {
	t.Parallel()
	c := checker(t, evaluate.WithPolicies(write(t, "custom.rego", customFindings)))
	document, _ := withoutKey(t)
	checked, err := c.Check(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, []string{"ORG001 warning", "ORG002 error", "TC012 warning", "TC032 error"}, ids(checked.Findings))
	rules, err := c.Rules(t.Context())
	require.NoError(t, err)
	require.Equal(t, evaluate.Rule{
		ID: "ORG001", Title: "No owner", Description: "Nobody looks after the server.", Severity: "warning", Remediation: "Enter one.",
		References: []evaluate.Reference{{Description: "https://intranet.contoso.test/owners", URL: "https://intranet.contoso.test/owners"}},
	}, rules[0])
	thresholds, err := c.Thresholds(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"expires_within_days": 45, "expires_notice_days": 60, "facts_max_age_days": 7, "forecast_days": 400, "minimum_key_bits": 2048}, thresholds)
}

func TestRules(t *testing.T) {
	t.Parallel()
	c := checker(t)
	rules, err := c.Rules(t.Context())
	require.NoError(t, err)
	require.Greater(t, len(rules), 35)
	for i, rule := range rules {
		require.Regexp(t, `^TC\d{3}$`, rule.ID)
		require.Contains(t, []string{"error", "warning", "info"}, rule.Severity, rule.ID)
		require.NotEmpty(t, rule.Title, rule.ID)
		require.NotEmpty(t, rule.Description, rule.ID)
		require.NotEmpty(t, rule.Remediation, rule.ID)
		require.True(t, i == 0 || rules[i-1].ID < rule.ID, "by id, each once")
	}
	require.Equal(t, evaluate.Rule{
		ID:          "TC012",
		Title:       "No eligible certificate",
		Description: "No certificate meets every criterion of step 7, so none can replace the internal transport certificate.",
		Severity:    "warning",
		Remediation: "Make the certificate that the plan names the internal transport certificate: an existing one that is valid now, or a new one.",
		References: []evaluate.Reference{{
			Description: "Step 7",
			URL:         "https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-7",
		}},
	}, rules[slices.IndexFunc(rules, func(r evaluate.Rule) bool { return r.ID == "TC012" })])
	thresholds, err := c.Thresholds(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"expires_within_days": 30, "expires_notice_days": 60, "facts_max_age_days": 7, "forecast_days": 400, "minimum_key_bits": 2048}, thresholds)
}

func TestPoliciesWithoutComplianceRules(t *testing.T) {
	t.Parallel()
	const expected = "the policies contain no compliance rules: expected package transportcert.compliance with its METADATA"
	decisionOnly := folderOf(t, map[string]string{"decision.rego": "package transportcert.server\ndecision := {}", ".manifest": `{"roots": ["transportcert/server"]}`})
	evaluator := evaluatorWith(t, evaluate.WithBundle(decisionOnly))
	_, err := evaluator.Rules(t.Context())
	require.ErrorContains(t, err, expected)

	withoutMETADATA := folderOf(t, map[string]string{"all.rego": "package transportcert.compliance\nfindings := []\nconfig := {}", ".manifest": `{"roots": ["transportcert"]}`})
	evaluator = evaluatorWith(t, evaluate.WithBundle(withoutMETADATA))
	document, _ := server(t)
	_, err = evaluator.Check(t.Context(), document)
	require.ErrorContains(t, err, expected)
}

func TestAnEndlessFindingMeetsTheDeadline(t *testing.T) {
	t.Parallel()
	c, err := evaluate.New(t.Context(), evaluate.WithDeadline(time.Second), evaluate.WithPolicies(write(t, "custom.rego", `package transportcert.custom
findings contains {"rule_id": "ORG001", "severity": "info", "message": "x"} if {
	input.server
	some i in numbers.range(1, 100000)
	some j in numbers.range(1, 100000)
	i * j == 0
}`)))
	require.NoError(t, err)
	document, _ := server(t)
	_, err = c.Check(t.Context(), document)
	require.EqualError(t, err, "checking the document of EX01: timed out after 1s")
}

// New reads every file that an option names, whether it is needed or not.
func TestUnreadableWaiversFailNew(t *testing.T) {
	t.Parallel()
	_, err := evaluate.New(t.Context(), evaluate.WithWaivers(filepath.Join(write(t, "waivers", "- {}"), "waivers")))
	require.ErrorContains(t, err, "reading waivers: ")
	require.ErrorContains(t, err, "[0].rule_id: missing")
}

// Waivers do not affect a decision.
func TestEvaluateWithWaivers(t *testing.T) {
	t.Parallel()
	document, _ := withoutKey(t)
	expected, err := checker(t).Evaluate(t.Context(), document)
	require.NoError(t, err)
	waivers := filepath.Join(write(t, "waivers", `[{"rule_id": "TC032", "server": "ex01", "reason": "moving", "expires": "2026-12-31"}]`), "waivers")
	decision, err := checker(t, evaluate.WithWaivers(waivers)).Evaluate(t.Context(), document)
	require.NoError(t, err)
	require.Equal(t, expected, decision)
}
