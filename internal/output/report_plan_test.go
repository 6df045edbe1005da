package output_test

import (
	"bytes"
	"errors"
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
	require.Equal(t, "\ufeff"+`# What to do, by transportcert v1.2.3. Read each action before you run it in the Exchange Management
# Shell.
# A command that asks something is a comment: run it on its own, and give the answer above it.
# There, and where no command can do what has to be done, the script stops.

# EX01: MAIL AT RISK
# Facts: documents/ex01.json, gathered at 2026-11-20 10:30 UTC, evaluated for 2026-11-22 07:00 UTC

# 1. Renew the internal transport certificate EX01 (11111111)
# Why: event 12015; rules TC003 and TC020
# The new certificate has the same names.
# Run this command on its own. It asks "Overwrite the existing default SMTP certificate?": answer
# Yes.
# New-ExchangeCertificate -Services SMTP -Server 'EX01'
# Get-ExchangeCertificate -Server 'EX01'
throw 'Do what the comment above says, then delete this line.'

# 2. Request a certificate for mail.contoso.test
# Why: events 12014 and 12016
# By hand: A CA has to issue it.
# New-ExchangeCertificate -GenerateRequest
throw 'Do what the comment above says, then delete this line.'

# 3. Add Tls to the connector Relay
# Why: rule TC046
Set-ReceiveConnector 'EX01\Relay' -AuthMechanism Tls

# Afterwards
# Restart the transport service on EX01
Restart-Service MSExchangeTransport
# Subscribe the Edge server EDGE01 again

# EX02: OK
# Facts: forest.ndjson:7, evaluated for 2026-11-22 07:00 UTC
# Plan  none: there is no error or warning that is not waived.

`, report(t, "plan", onErrors, checked, inOrder()))
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
		var text bytes.Buffer
		r, err := output.NewReport("plan", &text, output.ReportOptions{Version: name})
		require.NoError(t, err)
		require.NoError(t, r.Add(checked))
		require.NoError(t, r.Fail(name, errors.New(name)))
		require.NoError(t, r.Close())
		var commands []string
		for line := range strings.Lines(strings.TrimPrefix(text.String(), "\ufeff")) {
			if line = strings.TrimSuffix(line, "\n"); line != "" && !strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "throw '") {
				commands = append(commands, line)
			}
		}
		if name == "#> Stop-Service x" { // plain text, which the policies quote
			require.Equal(t, []string{"Get-Item '" + name + "'", name}, commands)
			continue
		}
		require.Empty(t, commands, "%q", name)
	}
}
