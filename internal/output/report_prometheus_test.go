package output_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/output"
)

func prometheusOf(t *testing.T, failed []string, all ...output.Checked) string {
	t.Helper()
	return filled(t, "prometheus", onErrors, func(r output.Report) {
		for _, checked := range all {
			require.NoError(t, r.Add(checked))
		}
		for _, document := range failed {
			require.NoError(t, r.Fail(document, errors.New("bad")))
		}
	})
}

// sampled parses metrics as Prometheus does, and returns the samples without
// their comments.
func sampled(t *testing.T, text string) string {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	require.NoError(t, err, text)
	for name, family := range families {
		require.NotEmpty(t, family.GetHelp(), name)
	}
	var samples []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "# ") {
			samples = append(samples, line)
		}
	}
	return strings.Join(samples, "")
}

func TestPrometheus(t *testing.T) {
	t.Parallel()
	document, decision := mismatch()
	document.GatheredAt = "2026-11-21T07:00:00Z"
	decision.MailAtRisk = true
	checked := withFindings()
	checked.Facts, checked.Decision = document, decision
	checked.Findings = append(checked.Findings, evaluate.Finding{RuleID: "TC052", Severity: "info"})
	const one, two = `thumbprint="1111111111111111111111111111111111111111"`, `thumbprint="2222222222222222222222222222222222222222"`
	require.Equal(t, `transportcert_run_complete 1
transportcert_up{server="EX01"} 1
transportcert_mail_at_risk{server="EX01"} 1
transportcert_evaluated_timestamp_seconds{server="EX01"} 1795330800
transportcert_facts_gathered_timestamp_seconds{server="EX01"} 1795244400
transportcert_extension_offered{server="EX01",connector="Default",extension="X-ANONYMOUSTLS"} 1
transportcert_extension_offered{server="EX01",connector="Client",extension="X-ANONYMOUSTLS"} 0
transportcert_extension_offered{server="EX01",connector="Default",extension="STARTTLS"} 1
transportcert_extension_offered{server="EX01",connector="Client",extension="STARTTLS"} 0
transportcert_extension_not_after_timestamp_seconds{server="EX01",connector="Default",extension="X-ANONYMOUSTLS",`+one+`} 1861920000
transportcert_extension_not_after_timestamp_seconds{server="EX01",connector="Default",extension="STARTTLS",`+two+`} 1861920000
transportcert_certificate_not_before_timestamp_seconds{server="EX01",`+one+`,name="EX01 (Microsoft Exchange)"} 1704067200
transportcert_certificate_not_before_timestamp_seconds{server="EX01",`+two+`,name="EX01 (Microsoft Exchange)"} 1704067200
transportcert_certificate_not_after_timestamp_seconds{server="EX01",`+one+`,name="EX01 (Microsoft Exchange)"} 1861920000
transportcert_certificate_not_after_timestamp_seconds{server="EX01",`+two+`,name="EX01 (Microsoft Exchange)"} 1861920000
transportcert_certificate_in_use{server="EX01",`+one+`,scenario="inbound_anonymous",connector="Default"} 1
transportcert_certificate_in_use{server="EX01",`+two+`,scenario="inbound_starttls",connector="Default"} 1
transportcert_certificate_in_use{server="EX01",`+one+`,scenario="outbound_anonymous"} 1
transportcert_event{server="EX01",event="1037",severity="warning"} 1
transportcert_event{server="EX01",event="12016",severity="error",connector="Default"} 1
transportcert_findings{server="EX01",rule="TC003",severity="error"} 1
transportcert_findings{server="EX01",rule="TC052",severity="info"} 2
transportcert_suppressed_findings{server="EX01",rule="TC014",severity="warning"} 1
`, sampled(t, prometheusOf(t, nil, checked)))
}

// A server of which nothing could be found out is a metric too, under the name
// that gather gives its document, and so is a run that did not come to its end.
func TestPrometheusAbsence(t *testing.T) {
	t.Parallel()
	const decided = `transportcert_mail_at_risk{server="EX02"} 0
transportcert_evaluated_timestamp_seconds{server="EX02"} 1795330800
`
	require.Equal(t, `transportcert_run_complete 0
transportcert_up{server="EX02"} 1
transportcert_up{server="EX03"} 0
transportcert_up{server="EX04"} 0
transportcert_up{server="forest.ndjson:3"} 0
`+decided, sampled(t, prometheusOf(t, []string{"documents/EX03.json", "EX04", "forest.ndjson:3"}, inOrder())))
	require.Equal(t, `transportcert_run_complete 0
transportcert_up{server="EX02"} 1
`+decided, sampled(t, prometheusOf(t, []string{output.WholeRun}, inOrder())))
	require.Equal(t, "transportcert_run_complete 0\ntransportcert_up{server=\"EX02\"} 0\n"+decided,
		sampled(t, prometheusOf(t, []string{"EX02"}, inOrder())), "of which another document cannot be read")
}

// A collector refuses a file with one sample twice.
func TestPrometheusServerTwice(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	r, err := output.NewReport("prometheus", &text, onErrors)
	require.NoError(t, err)
	require.NoError(t, r.Add(inOrder()))
	again := inOrder()
	again.Document = "later.json"
	require.EqualError(t, r.Add(again), "metrics need one document for each server: forest.ndjson:7 and later.json are both of EX02")
}

// Names that are alike once they are harmless do not become one sample twice.
func TestPrometheusNames(t *testing.T) {
	t.Parallel()
	checked := inOrder()
	for _, name := range []string{"a \"b\" \\ c\n", "a##b", "a# #b", "\x1b[2J\u202e"} {
		checked.InboundSTARTTLS.Connectors = append(checked.InboundSTARTTLS.Connectors, evaluate.STARTTLSConnector{Name: name})
	}
	require.Contains(t, sampled(t, prometheusOf(t, nil, checked)), `transportcert_extension_offered{server="EX02",connector="a \"b\" \\ c\\n",extension="STARTTLS"} 0
transportcert_extension_offered{server="EX02",connector="a# #b",extension="STARTTLS"} 0
transportcert_extension_offered{server="EX02",connector="\\x1b[2J\\u202e",extension="STARTTLS"} 0
`)
}
