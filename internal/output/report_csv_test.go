package output_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
)

const csvHeader = "server,severity,rule_id,title,message,certificate,connector,action,suppressed,baseline_state,document,line,path\r\n"

func TestCSVReport(t *testing.T) {
	t.Parallel()
	require.Equal(t, csvHeader, report(t, "csv", onErrors))
	require.Equal(t, csvHeader+
		`EX01,error,TC003,"Event 12015, the certificate has expired",EX01: the internal transport certificate `+loaded+
		` expired on 2026-03-01T00:00:00Z.,`+loaded+",,renew,,,documents/ex01.json,12,certificates[0].not_after\r\n"+
		"EX01,warning,TC014,A PKI certificate would be better,EX01: another is better.,"+loaded+
		",,,100% sure; CA moves (until 2026-12-31),,documents/ex01.json,5,directory.internal_transport_certificate\r\n"+
		"EX01,info,TC052,The revocation is not known,EX01: it counts as not revoked.,"+other+
		",,,,,exports/certificates.xml,,certificates[1].trust.revoked\r\n",
		report(t, "csv", onErrors, withFindings(), inOrder()))
}

// What a spreadsheet would take for a formula is text, also where it separates cells by semicolons.
func TestCSVReportForSpreadsheets(t *testing.T) {
	t.Parallel()
	harmless := map[string]string{
		`=HYPERLINK("https://contoso.test")`: `'=HYPERLINK("https://contoso.test")`,
		"+1":                                 "'+1",
		"-1":                                 "'-1",
		"@SUM(A1)":                           "'@SUM(A1)",
		"  =1+1":                             "'  =1+1",
		"\t=1+1":                             `\t=1+1`,
		"\r=1+1":                             `\r=1+1`,
		"＝1+1":                               "'＝1+1",
		"Relay;=1+1":                         "Relay;'=1+1",
		"a-b=c; d":                           "a-b=c; d",
		"a \"quoted\", name\nof two lines":   `a "quoted", name\nof two lines`,
	}
	var findings []evaluate.Finding
	var expected []string
	for name, shown := range harmless {
		findings = append(findings, evaluate.Finding{RuleID: "ORG1", Server: "EX01", Message: name, Connector: pointer(name)})
		expected = append(expected, shown)
	}
	text := report(t, "csv", onErrors, output.Checked{Facts: &gather.Document{}, Decision: decided("EX01"), Findings: findings, Places: make([]documents.Place, len(findings))})
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+len(expected))
	for i, row := range rows[1:] {
		require.Equal(t, []string{expected[i], expected[i]}, []string{row[4], row[6]})
	}
}

func TestCSVReportOfFailures(t *testing.T) {
	t.Parallel()
	require.Equal(t, csvHeader+`,error,,The check failed,ex09.json: damaged\n  twice,,,,,,ex09.json,,`+"\r\n",
		failed(t, "csv", "ex09.json", "ex09.json: damaged\n  twice"))
}
