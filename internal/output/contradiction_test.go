package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
)

// Policies of others can answer anything. What the evaluator lets through, every
// format can write.
func TestFormatsOfContradictoryDecisions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../fixtures/58-mismatch-in-session/input.json")
	require.NoError(t, err)
	document, err := gather.Decode(text)
	require.NoError(t, err)
	shipped, err := evaluate.New(t.Context())
	require.NoError(t, err)
	checked, err := shipped.Check(t.Context(), document)
	require.NoError(t, err)
	require.NotEmpty(t, checked.Findings)
	require.NotEmpty(t, checked.Plan.Actions)
	right, err := json.Marshal(checked)
	require.NoError(t, err)
	var answer map[string]any
	require.NoError(t, json.Unmarshal(right, &answer))

	refused, accepted := 0, 0
	var last error
	try := func(change string) {
		t.Helper()
		text, err := json.Marshal(answer)
		require.NoError(t, err)
		decision, err := json.Marshal(answer["decision"])
		require.NoError(t, err)
		folder := t.TempDir()
		for name, text := range map[string]string{
			".manifest":       `{"roots": ["transportcert/server", "transportcert/compliance"], "rego_version": 1}`,
			"decision.rego":   fmt.Sprintf("package transportcert.server\n\ndecision := %s\n", decision),
			"compliance.rego": fmt.Sprintf("package transportcert.compliance\n\n# METADATA\n# title: A\n# custom:\n#   id: TC001\n#   severity: error\nconfig := {}\n\nchecked := %s\n", text),
		} {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
		}
		evaluator, err := evaluate.New(t.Context(), evaluate.WithBundle(folder))
		require.NoError(t, err, change)
		require.NotPanics(t, func() {
			found, evaluateErr := evaluator.Evaluate(t.Context(), document)
			all, checkErr := evaluator.Check(t.Context(), document)
			if evaluateErr == nil && checkErr == nil {
				for _, name := range append([]string{"explain"}, output.Names...) {
					format := output.Explain(io.Discard, output.Style{}, output.Selection{})
					if name != "explain" {
						format, err = output.New(name, io.Discard, output.Style{}, output.Selection{})
						require.NoError(t, err)
					}
					_ = format.Write(output.Checked{Document: "ex01.json", Facts: document, Decision: found, Plan: all.Plan}) // pem has an error where there is no certificate
					_ = format.Close()
				}
			}
			if checkErr == nil {
				for _, name := range output.Reports {
					var b bytes.Buffer
					report, err := output.NewReport(name, &b, output.ReportOptions{FailOn: "warning", Rules: rules})
					require.NoError(t, err)
					require.NoError(t, report.Add(output.Checked{
						Document: "ex01.json", Facts: document, Decision: all.Decision, Findings: all.Findings, Plan: all.Plan, Places: make([]documents.Place, len(all.Findings)),
					}))
					require.NoError(t, report.Close())
				}
			}
			if evaluateErr != nil || checkErr != nil {
				refused++
				last = errors.Join(evaluateErr, checkErr)
			} else {
				accepted++
			}
		}, change)
	}
	try("nothing")
	require.Equal(t, 1, accepted, "%v", last)
	mutate("answer", answer, func(path string) { try(path) })
	require.Greater(t, refused, 100)
	require.Greater(t, accepted, 20)
}

// mutate puts each of some values in place of each value, one after the other.
func mutate(path string, value any, try func(path string)) {
	replacements := []any{nil, "", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", -1, true, []any{}, []any{nil}, map[string]any{}, map[string]any{"FFFF": []any{"x"}}}
	change := func(path string, before any, set func(any)) {
		for _, replacement := range replacements {
			set(replacement)
			try(fmt.Sprintf("%s := %v", path, replacement))
		}
		set(before)
		mutate(path, before, try)
	}
	switch value := value.(type) {
	case map[string]any:
		for key, before := range value {
			inside := path + "." + key
			delete(value, key)
			try("no " + inside)
			value[key] = before
			change(inside, before, func(changed any) { value[key] = changed })
		}
	case []any:
		for i, before := range value[:min(len(value), 2)] {
			change(fmt.Sprintf("%s[%d]", path, i), before, func(changed any) { value[i] = changed })
		}
	}
}
