package output_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	hostiletext "github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/output"
)

func TestPlanReport(t *testing.T) {
	t.Parallel()
	checked := withFindings()
	checked.Facts = &gather.Document{GatheredAt: "2026-11-20T10:30:00Z"}
	hostileNames := inOrder()
	hostileNames.Document, hostileNames.Server = hostiletext.Text, hostiletext.Text
	hostileNames.Plan = evaluate.Plan{Verdict: "ACTION NEEDED", Actions: []evaluate.Action{{
		Title: hostiletext.Text, Why: []evaluate.Reason{{Rule: "ORG1"}}, Description: hostiletext.Text, Commands: []string{"Call " + hostiletext.Text},
	}}}
	// Whatever is neither Go nor Rego is checked by its own parser: make check-files.
	expected, err := os.ReadFile("testdata/plan.ps1")
	require.NoError(t, err)
	require.Equal(t, string(expected), report(t, "plan", onErrors, checked, inOrder(), hostileNames))
}

// A variable for a renewed certificate has the digits of a thumbprint.
func TestPlanReportOfVariables(t *testing.T) {
	t.Parallel()
	checked := inOrder()
	checked.Plan = evaluate.Plan{Verdict: "ACTION NEEDED", Actions: []evaluate.Action{{
		Title: "Renew it", Why: []evaluate.Reason{{Rule: "TC024"}}, Commands: []string{"$renewed5E1F01DA = Get-Date"},
	}}}
	require.Contains(t, report(t, "plan", onErrors, checked), "\n$renewed5E1F01DA = Get-Date\n")
}

// Whatever a document holds, a comment stays one, and so does a command that
// asks or that is not on one line.
func TestPlanReportOfHostileNames(t *testing.T) {
	t.Parallel()
	names := []string{hostiletext.Text, "a\nStop-Service x", "a\rStop-Service x", "a\u2028Stop-Service x", "a\u0085Stop-Service x", "#> Stop-Service x"}
	for _, name := range names {
		checked := inOrder()
		checked.Document, checked.Server = name, name
		checked.Facts = &gather.Document{GatheredAt: name}
		action := evaluate.Action{
			Title: name, Description: name, Why: []evaluate.Reason{{Rule: name}}, Commands: []string{"Get-Item '" + name + "'"},
			Afterwards: []evaluate.Afterward{{Text: name, Command: pointer(name)}},
		}
		asks := action
		asks.Prompt = &evaluate.Prompt{Question: name, Answer: name}
		checked.Plan = evaluate.Plan{Verdict: name, Actions: []evaluate.Action{action, asks}}
		text := filled(t, "plan", output.ReportOptions{Version: name}, func(r output.Report) {
			require.NoError(t, r.Add(checked))
			require.NoError(t, r.Fail(name, errors.New(name)))
		})
		var commands []string
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "throw '") {
				commands = append(commands, line)
			}
		}
		if name == "#> Stop-Service x" { // plain text, which the policies quote
			require.Equal(t, []string{"Get-Item '" + name + "'"}, commands)
			continue
		}
		require.Empty(t, commands, "%q", name)
	}
}
