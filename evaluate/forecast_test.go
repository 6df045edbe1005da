package evaluate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/fixtures"
	"github.com/transportcert/transportcert/gather"
)

// The certificate for STARTTLS expires on 2027-10-01, the internal transport
// certificate on 2029-01-01.
func TestForecast(t *testing.T) {
	t.Parallel()
	const at = "2027-10-01T00:00:01Z"
	starttls := evaluate.Change{
		At: at, Scenario: evaluate.InboundSTARTTLS, Connector: new("Default Frontend EX01"),
		Because: "mail.contoso.test (AE01AE01) expires on 2027-10-01T00:00:00Z",
	}
	kind, expired, event := starttls, starttls, starttls
	kind.Field, kind.From, kind.To = "certificate_kind", "pki", "expired_pki"
	expired.Field, expired.From, expired.To = "expired", false, true
	event.Field, event.From, event.To, event.Event = "event", false, true, new(12016)
	expected := &evaluate.Forecast{
		Server: "EX01", From: "2026-11-22T07:00:00Z", Until: "2027-12-27T07:00:00Z",
		Changes: []evaluate.Change{kind, expired, event}, Worse: []int{0, 1, 2},
		Sentences: []string{
			"Default Frontend EX01 uses an expired PKI certificate for STARTTLS instead of a valid PKI certificate.",
			"The certificate that Default Frontend EX01 uses for STARTTLS has expired.",
			"The server starts to log event 12016 for Default Frontend EX01.",
		},
		InputErrors: []string{},
	}
	document := renewed(t)
	for name, test := range map[string]struct {
		options []evaluate.Option
		until   string
		changes int
	}{
		"400 days":       {nil, "2027-12-27T07:00:00Z", 3},
		"days":           {[]evaluate.Option{evaluate.WithForecastDays(10)}, "2026-12-02T07:00:00Z", 0},
		"until":          {[]evaluate.Option{evaluate.WithForecastUntil(at)}, at, 3},
		"a second early": {[]evaluate.Option{evaluate.WithForecastUntil("2027-10-01T00:00:00Z")}, "2027-10-01T00:00:00Z", 0},
		"own threshold":  {[]evaluate.Option{evaluate.WithPolicies(threshold(t, "forecast_days", "313"))}, "2027-10-01T07:00:00Z", 3},
		"both":           {[]evaluate.Option{evaluate.WithPolicies(threshold(t, "forecast_days", "313")), evaluate.WithForecastDays(312)}, "2027-09-30T07:00:00Z", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			evaluator := evaluatorWith(t, test.options...)
			forecast, err := evaluator.Forecast(t.Context(), document)
			require.NoError(t, err)
			require.Equal(t, test.until, forecast.Until)
			require.Len(t, forecast.Changes, test.changes)
			if test.options == nil {
				require.Equal(t, expected, forecast)
			}
		})
	}
}

func renewed(t *testing.T) *gather.Document { return fixtures.Document(t, "144-starttls-renewed") }

// threshold returns a folder of policies that sets a threshold.
func threshold(t *testing.T, name, value string) string {
	t.Helper()
	return write(t, "config.rego", "package transportcert.custom\n\nconfig := {\""+name+"\": "+value+"}\n")
}

func TestForecastErrors(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	invalid := renewed(t)
	invalid.Phase = "shutdown"
	_, err := evaluator.Forecast(t.Context(), invalid)
	require.ErrorContains(t, err, "forecasting for the document of EX01: phase: ")

	for answer, message := range map[string]string{
		"":                    "undefined: expected policies with the packages transportcert.server, transportcert.forecast and transportcert.compliance",
		`{"server": "EX02"}`:  `the policies' answer: server: expected "EX01", found "EX02"`,
		`{"worse": [0]}`:      "the policies' answer: worse[0]: expected the index of a change, found 0",
		`{"sentences": [""]}`: "the policies' answer: sentences: expected 0, one for each change, found 1",
		`{"changes": [{"at": "", "scenario": "server", "connector": null, "field": "", "from": 1, "to": 2, "event": null, "because": ""}]}`: "the policies' answer: changes[0].from: expected a string, true, false or null, found 1",
		`{"input_errors": ["no"]}`: "forecasting for the document of EX01: no",
	} {
		files := map[string]string{".manifest": `{"roots": ["transportcert/server", "transportcert/forecast"]}`, "server.rego": "package transportcert.server\n\ndecision := {}\n"}
		if answer != "" {
			files["forecast.rego"] = "package transportcert.forecast\n\ntimeline := object.union(" +
				`{"server": "EX01", "from": "", "until": "", "omitted": false, "changes": [], "worse": [], "sentences": [], "input_errors": []}, ` +
				answer + ")\n"
		}
		evaluator := evaluatorWith(t, evaluate.WithBundle(folderOf(t, files)))
		_, err = evaluator.Forecast(t.Context(), renewed(t))
		require.ErrorContains(t, err, message)
	}
}
