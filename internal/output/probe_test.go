package output_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/probe"
)

// answered is a server that serves another certificate than decided on
// X-ANONYMOUSTLS, and whose handshake of STARTTLS fails.
func answered() *probe.Result {
	return &probe.Result{
		Target: "ex01:25", Address: "192.0.2.1:25", ProbedAt: "2026-11-22T07:00:00Z", Banner: "ex01 ready", Extensions: []string{"X-ANONYMOUSTLS", "STARTTLS"},
		XAnonymousTLS: probe.Handshake{
			Offered: true, State: probe.Completed, Protocol: "TLS 1.2", CipherSuite: "TLS_A", Thumbprint: pointer(other),
			Chain: []gather.Certificate{
				{Thumbprint: other, Subject: "CN=EX01", DNSNames: []string{"ex01"}, Issuer: "CN=CA", SelfSigned: pointer(false), NotAfter: "2029-01-01T00:00:00Z"},
				{Thumbprint: loaded, Subject: "CN=CA", SelfSigned: pointer(true), NotAfter: "2030-01-01T00:00:00Z"},
			},
			Verification: &probe.Verification{
				Name: probe.Check{OK: pointer(true), Message: "names it"}, Chain: probe.Check{Message: "not checked"}, Dates: probe.Check{OK: pointer(false), Message: "over"},
			},
		},
		STARTTLS: probe.Handshake{Offered: true, State: probe.Failed, Error: "an alert"},
		Notes:    []string{"Something is odd."},
		Comparison: &probe.Comparison{
			Server: "EX01", Connector: "Default EX01", ChosenBy: "its binding", Same: pointer(false),
			Differences: []probe.Difference{
				{Scenario: evaluate.InboundAnonymous, Field: "certificate", Expected: pointer(loaded), Found: other,
					Reasons: []probe.Reason{{Code: "document_older", Message: "It changed."}, {Code: "another_server", Message: "It is another."}}},
				{Scenario: evaluate.InboundSTARTTLS, Field: "advertise_starttls", Expected: false, Found: true},
			},
		},
	}
}

func probedAs(t *testing.T, format string, results ...*probe.Result) string {
	t.Helper()
	var text bytes.Buffer
	f, err := output.NewProbe(format, &text, output.Style{})
	require.NoError(t, err)
	for _, r := range results {
		require.NoError(t, f.Write(r))
	}
	require.NoError(t, f.Close())
	return text.String()
}

func TestProbeText(t *testing.T) {
	t.Parallel()
	silent := &probe.Result{Target: "ex02:25", ProbedAt: "2026-11-22T07:00:00Z", Error: "connecting: refused"}
	require.Equal(t, `ex01:25 (192.0.2.1:25) at 2026-11-22 07:00 UTC
==============================================

DIFFERENT from what is decided for EX01, connector Default EX01
  The connector is known by its binding.

  X-ANONYMOUSTLS: certificate
    expected  1111111111111111111111111111111111111111
    found     2222222222222222222222222222222222222222
    likely    It changed.
    or        It is another.

  STARTTLS: advertise_starttls
    expected  not offered
    found     offered

Banner  ex01 ready

X-ANONYMOUSTLS  offered, TLS 1.2, TLS_A
  2222222222222222222222222222222222222222
  ex01, issued by CN=CA, valid until 2029-01-01T00:00:00Z
  then   CN=CA, self-signed
  name   names it
  chain  not checked
  dates  over

STARTTLS  offered, handshake failed: an alert

Note  Something is odd.

ex02:25 at 2026-11-22 07:00 UTC
===============================

NO ANSWER: connecting: refused
`, probedAs(t, "text", answered(), silent))
}

// What was found is shown in one word before anything else.
func TestProbeOutcome(t *testing.T) {
	t.Parallel()
	none := probe.Handshake{State: probe.NotTried}
	plain := probe.Result{XAnonymousTLS: none, STARTTLS: none}
	failed, unknown, same, partly, not := plain, plain, plain, plain, plain
	failed.STARTTLS.State, unknown.STARTTLS.State, partly.STARTTLS.State = probe.Failed, probe.Unknown, probe.Unknown
	same.Comparison = &probe.Comparison{Server: "EX01", Connector: "A", Same: pointer(true)}
	partly.Comparison = &probe.Comparison{Server: "EX01", Connector: "A"}
	not.NotCompared = "no document"
	for want, r := range map[string]probe.Result{
		"ANSWERED": plain, "HANDSHAKE FAILED": failed, "INCOMPLETE": unknown, "SAME as decided for EX01, connector A": same,
		"INCOMPLETE: what was answered is as decided for EX01, connector A": partly, "NOT COMPARED: no document": not,
	} {
		require.Equal(t, want, strings.Split(probedAs(t, "text", &r), "\n")[3])
	}
}

func TestProbeJSON(t *testing.T) {
	t.Parallel()
	var all []map[string]any
	require.NoError(t, json.Unmarshal([]byte(probedAs(t, "json", answered(), answered())), &all))
	require.Len(t, all, 2)
	require.Equal(t, "failed", all[1]["starttls"].(map[string]any)["handshake"])
	difference := all[0]["comparison"].(map[string]any)["differences"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{
		"scenario": "inbound_anonymous", "field": "certificate", "expected": loaded, "found": other,
		"reasons": []any{map[string]any{"code": "document_older", "message": "It changed."}, map[string]any{"code": "another_server", "message": "It is another."}},
	}, difference)
	require.Equal(t, 2, strings.Count(probedAs(t, "ndjson", answered(), answered()), "\n"))
	require.Equal(t, "[]\n", probedAs(t, "json"))
}

func TestProbeMetrics(t *testing.T) {
	t.Parallel()
	silent := &probe.Result{Target: "ex02:25", ProbedAt: "2026-11-22T07:00:00Z", Error: "connecting: refused"}
	require.Equal(t, `transportcert_probe_success{target="ex01:25"} 1
transportcert_probe_success{target="ex02:25"} 0
transportcert_probe_timestamp_seconds{target="ex01:25"} 1795330800
transportcert_probe_timestamp_seconds{target="ex02:25"} 1795330800
transportcert_probe_same_as_decision{target="ex01:25",server="EX01",connector="Default EX01"} 0
transportcert_probe_extension_offered{target="ex01:25",extension="X-ANONYMOUSTLS"} 1
transportcert_probe_extension_offered{target="ex01:25",extension="STARTTLS"} 1
transportcert_probe_handshake{target="ex01:25",extension="X-ANONYMOUSTLS",result="completed",protocol="TLS 1.2",cipher_suite="TLS_A"} 1
transportcert_probe_handshake{target="ex01:25",extension="STARTTLS",result="failed"} 1
transportcert_probe_certificate_not_after_timestamp_seconds{target="ex01:25",extension="X-ANONYMOUSTLS",thumbprint="2222222222222222222222222222222222222222"} 1861920000
transportcert_probe_certificate_verified{target="ex01:25",extension="X-ANONYMOUSTLS",check="name"} 1
transportcert_probe_certificate_verified{target="ex01:25",extension="X-ANONYMOUSTLS",check="dates"} 0
`, sampled(t, probedAs(t, "prometheus", answered(), silent)))
}
