package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
)

// codeQualityIssue has the members that GitLab documents.
type codeQualityIssue struct {
	Description string `json:"description"`
	CheckName   string `json:"check_name"`
	Fingerprint string `json:"fingerprint"`
	Severity    string `json:"severity"`
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

// codeQuality writes a report and reads it as GitLab does: an array, and no
// member that it does not know.
func codeQuality(t *testing.T, fill func(output.Report)) []codeQualityIssue {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(filled(t, "codequality", output.ReportOptions{}, fill)))
	decoder.DisallowUnknownFields()
	var issues []codeQualityIssue
	require.NoError(t, decoder.Decode(&issues))
	require.NotNil(t, issues)
	require.Equal(t, "\n", string(rest(t, decoder)))
	return issues
}

// rest returns what follows the value that was decoded.
func rest(t *testing.T, decoder *json.Decoder) []byte {
	t.Helper()
	var text bytes.Buffer
	_, err := text.ReadFrom(decoder.Buffered())
	require.NoError(t, err)
	return text.Bytes()
}

func TestCodeQuality(t *testing.T) {
	t.Parallel()
	issues := codeQuality(t, func(r output.Report) {
		require.NoError(t, r.Add(withFindings()))
		require.NoError(t, r.Add(inOrder()))
		require.NoError(t, r.Fail("./documents//ex04.json", errors.New("line 3: expected a comma")))
	})
	require.Len(t, issues, 3, "what a waiver suppresses is left out")
	for i, want := range []struct {
		check, severity, description, path string
		line                               int
	}{
		{"TC003", "critical", "TC003 Event 12015, the certificate has expired: EX01: the internal transport certificate " + loaded + " expired on 2026-03-01T00:00:00Z.", "documents/ex01.json", 12},
		{"TC052", "info", "TC052 The revocation is not known: EX01: it counts as not revoked.", "exports/certificates.xml", 1},
		{"transportcert", "blocker", "Could not be checked: line 3: expected a comma", "documents/ex04.json", 1},
	} {
		require.Equal(t, want.check, issues[i].CheckName)
		require.Equal(t, want.severity, issues[i].Severity)
		require.Equal(t, want.description, issues[i].Description)
		require.Equal(t, want.path, issues[i].Location.Path)
		require.Equal(t, want.line, issues[i].Location.Lines.Begin)
		require.Regexp(t, "^[0-9a-f]{64}$", issues[i].Fingerprint)
	}
	require.Empty(t, codeQuality(t, func(output.Report) {}))
}

// GitLab takes a finding of two runs for the same one by its fingerprint.
func TestCodeQualityFingerprints(t *testing.T) {
	t.Parallel()
	one := evaluate.Finding{RuleID: "TC031", Title: "Expires", Severity: "warning", Server: "EX01", Message: "in 30 days", Path: "certificates[1].not_after", Thumbprint: pointer(loaded)}
	fingerprints := func(findings ...evaluate.Finding) (all []string) {
		for _, issue := range codeQuality(t, func(r output.Report) {
			places := make([]documents.Place, len(findings))
			for i := range places {
				places[i] = documents.Place{File: "ex01.json", Line: len(findings) + i}
			}
			require.NoError(t, r.Add(output.Checked{Document: "ex01.json", Facts: &gather.Document{}, Decision: decided("EX01"), Findings: findings, Places: places}))
		}) {
			all = append(all, issue.Fingerprint)
		}
		return all
	}
	first := fingerprints(one)[0]

	same := one
	same.Message, same.Title, same.Severity, same.Path = "in 29 days", "Expires soon", "error", "certificates[7].not_after"
	require.Equal(t, []string{first}, fingerprints(same), "neither line, wording, severity nor place in the array count")

	for _, change := range []func(*evaluate.Finding){
		func(f *evaluate.Finding) { f.RuleID = "TC032" },
		func(f *evaluate.Finding) { f.Server = "EX02" },
		func(f *evaluate.Finding) { f.Thumbprint = pointer(other) },
		func(f *evaluate.Finding) { f.Connector = pointer("Default EX01") },
		func(f *evaluate.Finding) { f.Path = "certificates[1].not_before" },
	} {
		different := one
		change(&different)
		require.NotEqual(t, first, fingerprints(different)[0])
	}

	twice := fingerprints(one, same)
	require.Equal(t, first, twice[0])
	require.NotEqual(t, first, twice[1], "GitLab shows one of those with the same fingerprint")
	require.Equal(t, twice, fingerprints(one, same))
}

func TestCodeQualityOfHostileNames(t *testing.T) {
	t.Parallel()
	for _, issue := range codeQuality(t, func(r output.Report) { require.NoError(t, r.Add(hostile())) }) {
		requirePlain(t, issue.Description+issue.CheckName+issue.Location.Path)
		require.NotContains(t, issue.Description, "\n")
	}
}
