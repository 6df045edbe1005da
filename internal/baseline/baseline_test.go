package baseline_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
)

// earlier has the same finding twice for EX01, a warning and a waived one, and
// one of a server that is no longer checked.
const earlier = `{"servers": [
	{"server": "EX01", "document": "old/ex01.json", "findings": [
		{"rule_id": "TC061", "title": "t", "severity": "warning", "server": "EX01", "message": "m", "path": "edge_subscriptions[0].thumbprint", "thumbprint": null, "connector": null, "suppressed": null},
		{"rule_id": "TC061", "title": "t", "severity": "warning", "server": "EX01", "message": "n", "path": "edge_subscriptions[1].thumbprint", "thumbprint": null, "connector": null, "suppressed": null},
		{"rule_id": "TC003", "title": "t", "severity": "error", "server": "EX01", "message": "m", "path": "certificates[0].not_after", "thumbprint": "AA", "connector": null, "suppressed": {"reason": "r", "expires": "2026-12-31"}}
	]},
	{"server": "EX09", "document": "old/ex09.json", "findings": [
		{"rule_id": "TC032", "title": "t", "severity": "error", "server": "EX09", "message": "m", "path": "", "thumbprint": null, "connector": "Default", "suppressed": null}
	]}
], "errors": [], "counts": {}}`

func read(t *testing.T, text string) (*baseline.Baseline, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "baseline.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return baseline.Read(file)
}

func states(b *baseline.Baseline, findings ...evaluate.Finding) (all []string) {
	b.Mark("ex01", findings) // in any letter case
	for _, finding := range findings {
		all = append(all, finding.BaselineState)
	}
	return all
}

func TestMark(t *testing.T) {
	t.Parallel()
	aa := "AA"
	edge := evaluate.Finding{RuleID: "TC061", Title: "other words", Severity: "warning", Server: "EX01", Path: "edge_subscriptions[5].thumbprint"}
	worse, expired := edge, evaluate.Finding{RuleID: "TC003", Severity: "error", Server: "EX01", Path: "certificates[3].not_after", Thumbprint: &aa}
	worse.Severity = "error"
	waived := expired
	waived.Suppressed = &evaluate.Suppression{Reason: "another"}
	better := edge
	better.Severity = "info"

	tests := map[string]struct {
		findings []evaluate.Finding
		states   []string
		absent   int
	}{
		"nothing is left":           {nil, nil, 3},
		"as many as there were":     {[]evaluate.Finding{edge, edge, edge}, []string{"unchanged", "unchanged", "new"}, 1},
		"worse than it was":         {[]evaluate.Finding{worse}, []string{"new"}, 3},
		"better than it was":        {[]evaluate.Finding{better}, []string{"unchanged"}, 2},
		"its waiver has expired":    {[]evaluate.Finding{expired}, []string{"new"}, 3},
		"still waived":              {[]evaluate.Finding{waived}, []string{"unchanged"}, 2},
		"waived since then":         {[]evaluate.Finding{func() evaluate.Finding { f := edge; f.Suppressed = waived.Suppressed; return f }()}, []string{"unchanged"}, 2},
		"of another server":         {[]evaluate.Finding{func() evaluate.Finding { f := edge; f.Server = "EX02"; return f }()}, []string{"new"}, 3},
		"of the server in any case": {[]evaluate.Finding{func() evaluate.Finding { f := edge; f.Server = "ex01"; return f }()}, []string{"unchanged"}, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := read(t, earlier)
			require.NoError(t, err)
			require.Equal(t, test.states, states(b, test.findings...))
			absent, notChecked := b.Absent()
			require.Len(t, absent, test.absent)
			require.Equal(t, 1, notChecked, "the state of the finding about EX09 is unknown")
			for _, finding := range absent {
				require.Equal(t, "absent", finding.BaselineState)
				require.Equal(t, "old/ex01.json", finding.Document)
			}
		})
	}
}

func TestNoBaseline(t *testing.T) {
	t.Parallel()
	var none *baseline.Baseline
	require.Equal(t, []string{""}, states(none, evaluate.Finding{RuleID: "TC061"}))
	absent, notChecked := none.Absent()
	require.Empty(t, absent)
	require.Zero(t, notChecked)
}

func TestReadRejects(t *testing.T) {
	t.Parallel()
	for text, expected := range map[string]string{
		"":                            "byte 0: the text ends too early: expected the output of 'transportcert check -o json'",
		`[]`:                          "expected the output of 'transportcert check -o json': ",
		`{"schema_version": 1}`:       "servers: expected an array, found none",
		`{"servers": [{"server":1}]}`: "servers[0].findings: expected an array, found none",
		`{"servers": [{"findings": [{"rule_id": "TC001"}]}]}`:                    `servers[0].findings[0].severity: expected one of error, warning, info, found ""`,
		`{"servers": [{"findings": []}, {"findings": [{"severity": "error"}]}]}`: "servers[1].findings[0].rule_id: expected the id of a rule, found none",
		`{"servers": [{"findings": [{"rule_id": 1, "severity": "error"}]}]}`:     `within "/servers/0/findings/0/rule_id"`,
		`{"servers": [], "servers": []}`:                                         `duplicate object member name "servers"`,
	} {
		_, err := read(t, text)
		require.ErrorContains(t, err, "baseline.json: ")
		require.ErrorContains(t, err, expected)
	}
	_, err := baseline.Read(filepath.Join(t.TempDir(), "none.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
