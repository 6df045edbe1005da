package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/documents"
	hostiletext "github.com/transportcert/transportcert/internal/hostile"
	"github.com/transportcert/transportcert/internal/output"
)

// Every text of a decision and its document, of findings, rules, errors and
// file names goes through every format. No line of what comes out is obeyed by
// a terminal or a CI system, and none but those of a remediation starts with
// what somebody else chose.
func TestHostileTextInEveryFormat(t *testing.T) {
	t.Parallel()
	hostile := func(v any) { replace(reflect.ValueOf(v).Elem(), hostiletext.Text) }
	document, decision := mismatch()
	hostile(document)
	hostile(decision)
	decision.InboundAnonymous.Connectors[1].Advertise = true
	decision.InboundAnonymous.Connectors[1].Thumbprint = pointer(hostiletext.Text)
	plan := checked(document, decision).Plan
	hostile(&plan)
	document.Certificates = append(document.Certificates, gather.Certificate{Thumbprint: "THERE"})
	decision.InboundAnonymous.Customized, decision.InboundAnonymous.CustomizedBy = true, []string{hostiletext.Text}
	for _, name := range append([]string{"explain"}, output.Names...) {
		if name == "pem" {
			continue // it has DER and, of several, the names, which TestPEM has
		}
		var b bytes.Buffer
		format := output.Explain(&b, output.Style{}, output.Selection{})
		if name != "explain" {
			var err error
			format, err = output.New(name, &b, output.Style{}, output.Selection{})
			require.NoError(t, err)
		}
		require.NoError(t, format.Write(output.Checked{Facts: document, Decision: decision, Plan: plan}))
		text := b.String()
		hostiletext.CheckStream(t, text)
		requireForgedOnlyIn(t, text, 0)
		if name == "json" || name == "ndjson" {
			var decoded evaluate.Decision
			require.NoError(t, json.Unmarshal([]byte(text), &decoded))
			require.Equal(t, hostiletext.Text, decoded.Server, name)
		}
	}

	compared := &diff.Server{Server: hostiletext.Text, State: diff.Changed, Facts: []diff.Fact{
		{Section: "certificates", Change: diff.Added, Name: "THERE"},
		{Section: "connectors", Change: diff.Changed, Name: hostiletext.Text, Field: "fqdn", From: hostiletext.Text, To: []string{hostiletext.Text}},
	}}
	snapshot := diff.Snapshot{Name: hostiletext.Text, Document: document, Decision: decision}
	snapshot.EvaluatedAt = hostiletext.Text
	compared.Old = &snapshot
	compared.New = compared.Old
	compared.Decision = diff.Outcomes(&evaluate.Decision{}, decision)
	require.NotEmpty(t, compared.Decision)
	change := evaluate.Change{At: hostiletext.Text, Field: "event"}
	after := diff.Snapshot{
		Document: document, Decision: decision, Plan: plan, Findings: []evaluate.Finding{{Severity: "error", RuleID: hostiletext.Text, Title: hostiletext.Text, Message: hostiletext.Text}},
		Forecast: &evaluate.Forecast{Changes: []evaluate.Change{change}, Worse: []int{0}, Sentences: []string{hostiletext.Text}},
	}
	before := diff.Snapshot{
		Document: &gather.Document{Certificates: []gather.Certificate{{Thumbprint: "GONE", Subject: hostiletext.Text}}}, Decision: &evaluate.Decision{},
		Forecast: &evaluate.Forecast{},
	}
	result := output.WhatIf{Edits: []string{hostiletext.Text}, Before: before, After: after}
	require.True(t, result.IsWorse())
	for _, name := range output.WhatIfFormats {
		var text bytes.Buffer
		require.NoError(t, output.WriteWhatIf(name, &text, output.Style{}, result))
		hostiletext.CheckStream(t, text.String())
	}
	for _, name := range output.DiffFormats {
		var text bytes.Buffer
		d, err := output.NewDiff(name, &text, output.Style{})
		require.NoError(t, err)
		require.NoError(t, d.Add(compared))
		require.NoError(t, d.Fail(hostiletext.Text, errors.New(hostiletext.Text)))
		require.NoError(t, d.Close(output.DiffCounts{Changed: 1}))
		hostiletext.CheckStream(t, text.String())
	}

	found := withFindings()
	hostile(&found.Decision)
	found.Document, found.Plan, found.Facts = hostiletext.Text, plan, document
	for i := range found.Findings {
		hostile(&found.Findings[i])
		found.Places[i] = documents.Place{File: hostiletext.Text, Line: 1}
	}
	for i, severity := range []string{"error", "warning", "info"} {
		found.Findings[i].Severity = severity
	}
	rule := rules[0]
	rule.References = []evaluate.Reference{{}}
	hostile(&rule)
	for _, name := range output.Reports {
		var b bytes.Buffer
		r, err := output.NewReport(name, &b, output.ReportOptions{FailOn: "warning", Rules: []evaluate.Rule{rule}, Version: hostiletext.Text})
		require.NoError(t, err)
		require.NoError(t, r.Add(found))
		require.NoError(t, r.Fail(hostiletext.Text, errors.New(hostiletext.Text)))
		require.NoError(t, r.Close())
		text := b.String()
		switch name {
		case "csv":
			text = strings.ReplaceAll(text, "\r\n", "\n")
		case "plan":
			text = strings.TrimPrefix(text, "\ufeff")
		case "github": // a command for each finding that is not suppressed, and for the failure; and a group
			text = commands(t, text, 5, `^(::(error|warning|notice) file=[^\n:,]*(,[a-z]+=[^\n:,]*)*::|::group::|::endgroup::$)`)
		case "azure": // which knows no info
			text = commands(t, text, 4, `^(##vso\[task\.logissue [^\n\];]*(;[a-z]+=[^\n\];]*)*\]|##\[group\]|##\[endgroup\]$)`)
		case "junit":
			_, err := junit.Ingest([]byte(text))
			require.NoError(t, err)
		}
		requireForgedOnlyIn(t, text, len(found.Findings))
		hostiletext.CheckStream(t, text)
	}
	for _, name := range output.RuleFormats {
		var b bytes.Buffer
		require.NoError(t, output.WriteRules(name, &b, []evaluate.Rule{rule}, map[string]float64{"a": 1}, true))
		if name != "markdown" { // whose own headings begin with ##
			hostiletext.CheckStream(t, b.String())
		}
	}
}

// requireForgedOnlyIn asks that a line of the hostile text is one only of that
// many remediations at most, which can have several lines.
func requireForgedOnlyIn(t *testing.T, text string, remediations int) {
	t.Helper()
	require.LessOrEqual(t, len(regexp.MustCompile(`(?m)^\s*forged`).FindAllString(text, -1)), remediations, text)
}

// commands returns what follows the commands of a log, so many, which are the pattern's.
func commands(t *testing.T, text string, expected int, pattern string) string {
	command := regexp.MustCompile(pattern)
	var rest []string
	found := 0
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if start := command.FindString(line); start != "" {
			found++
			line = "command " + line[len(start):]
		}
		rest = append(rest, line)
	}
	require.Equal(t, expected, found, text)
	return strings.Join(rest, "\n")
}

// replace puts a text in place of every other.
func replace(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			replace(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				replace(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			replace(v.Index(i), text)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		replace(value, text)
		v.SetMapIndex(reflect.ValueOf(text), value)
	case reflect.String:
		v.SetString(text)
	}
}

// Whoever answers a probe chooses banner, extensions and names.
func TestProbeOfHostileServer(t *testing.T) {
	t.Parallel()
	r := answered()
	replace(reflect.ValueOf(r).Elem(), hostiletext.Text)
	for _, format := range output.ProbeFormats {
		text := probedAs(t, format, r)
		hostiletext.CheckStream(t, text)
		require.NotContains(t, text, "\nforged")
	}
}
