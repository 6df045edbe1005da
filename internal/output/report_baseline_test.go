package output_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/output"
)

// withBaseline writes a report of a server of which one finding is known, two are
// new, and one of the baseline is gone. The baseline has hostile text in it.
func withBaseline(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "baseline.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"servers": [{"server": "EX01", "document": "old/ex01.json:7", "findings": [
		{"rule_id": "TC003", "title": "t", "severity": "error", "server": "EX01", "message": "m", "path": "certificates[3].not_after",
			"thumbprint": "`+loaded+`", "connector": null, "suppressed": null},
		{"rule_id": "GONE", "title": "##vso[task.complete]", "severity": "warning", "server": "EX01", "message": "\u001b[2J\n::error::x", "path": "",
			"thumbprint": null, "connector": null, "suppressed": null}
	]}]}`), 0o600))
	before, err := baseline.Read(file)
	require.NoError(t, err)
	checked := withFindings()
	before.Mark(checked.Server, checked.Findings)
	return report(t, name, output.ReportOptions{FailOn: "error", Baseline: before}, checked)
}

// The log is valid, and each result has a state, since none may lack it where
// others have it (SARIF 2.1.0, 3.27.24).
func TestSARIFBaseline(t *testing.T) {
	t.Parallel()
	text := withBaseline(t, "sarif")
	requirePlain(t, text)
	run := parseSARIF(t, sarifSchema(t), text).Runs[0]
	var states []string
	for _, result := range run.Results {
		states = append(states, result.RuleID+" "+result.BaselineState)
	}
	require.Equal(t, []string{"TC003 unchanged", "TC014 new", "TC052 new", "GONE absent"}, states)
	gone := run.Results[3].Locations[0].PhysicalLocation
	require.Equal(t, "old/ex01.json", gone.ArtifactLocation.URI)
	require.Equal(t, 7, gone.Region.StartLine)
	require.Equal(t, "warning", run.Results[3].Level)
}

// A known finding fails nothing and is marked in every report that has findings.
func TestKnownFindings(t *testing.T) {
	t.Parallel()
	for name, expected := range map[string]string{
		"text":   "known error  TC003 ",
		"json":   `"baseline_state": "unchanged"`,
		"junit":  "known error: EX01: the internal transport certificate",
		"github": "known error: TC003 ",
		"azure":  "known error: TC003 ",
		"html":   `<i class="known error">known error</i> <b>TC003 `,
		"csv":    ",unchanged,",

		"prometheus": `transportcert_known_findings{server="EX01",rule="TC003",severity="error"} 1`,
	} {
		text := withBaseline(t, name)
		require.Contains(t, text, expected, name)
		require.NotContains(t, text, "<failure", name)
		require.NotContains(t, "\n"+text, "\n::error", name)
		require.NotContains(t, text, "type=error", name)
		require.NotContains(t, text, `transportcert_findings{server="EX01",rule="TC003"`, name)
		require.NotContains(t, text, `<i class="error">error</i> <b>TC003 `, name)
	}
}
