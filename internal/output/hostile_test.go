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
	document.Certificates = append(document.Certificates, gather.Certificate{Thumbprint: "THERE"})
	decision.InboundAnonymous.Customized, decision.InboundAnonymous.CustomizedBy = true, []string{hostiletext.Text}
	for _, name := range append([]string{"explain"}, output.Names...) {
		if name == "pem" {
			continue // it has DER and, of several, the names, which TestPEM has
		}
		text := write(t, name, false, func() (*gather.Document, *evaluate.Decision) { return document, decision })
		hostiletext.CheckStream(t, text)
		requireForgedOnlyIn(t, text, len(decision.Events))
		if name == "json" || name == "ndjson" {
			var decoded evaluate.Decision
			require.NoError(t, json.Unmarshal([]byte(text), &decoded))
			require.Equal(t, hostiletext.Text, decoded.Server, name)
		}
	}

	checked := withFindings()
	hostile(&checked.Decision)
	checked.Document = hostiletext.Text
	for i := range checked.Findings {
		hostile(&checked.Findings[i])
		checked.Places[i] = documents.Place{File: hostiletext.Text, Line: 1}
	}
	for i, severity := range []string{"error", "warning", "info"} {
		checked.Findings[i].Severity = severity
	}
	rule := rules[0]
	rule.References = []evaluate.Reference{{}}
	hostile(&rule)
	for _, name := range output.Reports {
		var b bytes.Buffer
		r, err := output.NewReport(name, &b, output.ReportOptions{FailOn: "warning", Rules: []evaluate.Rule{rule}, Version: hostiletext.Text})
		require.NoError(t, err)
		require.NoError(t, r.Add(checked))
		require.NoError(t, r.Fail(hostiletext.Text, errors.New(hostiletext.Text)))
		require.NoError(t, r.Close())
		text := b.String()
		switch name {
		case "github": // a command for each finding that is not suppressed, and for the failure
			text = commands(t, text, `^::(error|warning|notice) file=[^\n:,]*(,[a-z]+=[^\n:,]*)*::`)
		case "azure":
			text = commands(t, text, `^##vso\[task\.logissue [^\n\];]*(;[a-z]+=[^\n\];]*)*\]`)
		case "junit":
			_, err := junit.Ingest([]byte(text))
			require.NoError(t, err)
		}
		requireForgedOnlyIn(t, text, len(checked.Findings))
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

// commands returns what follows the commands of a log, which are the pattern's.
func commands(t *testing.T, text, pattern string) string {
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
	require.Len(t, rest, 4, "a line for each finding and for the failure: %s", text)
	require.Positive(t, found)
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
