package output_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/policies/schemas"
)

var rules = []evaluate.Rule{
	{
		ID: "TC003", Title: "Event 12015, the certificate has expired", Description: "The server serves an expired certificate.", Severity: "error",
		Remediation: "Renew the certificate.",
		References:  []evaluate.Reference{{Description: "The events", URL: "https://contoso.test/events"}, {Description: "Step 5", URL: "https://contoso.test/5"}},
	},
	{
		ID: "TC012", Title: "No eligible certificate", Description: "No certificate is eligible.", Severity: "warning",
		Remediation: "New-ExchangeCertificate -Services SMTP -Server {server}", References: []evaluate.Reference{},
	},
	{ID: "TC014", Title: "A PKI certificate would be better", Description: "The best is a PKI certificate.", Severity: "warning", References: []evaluate.Reference{}},
	{ID: "TC052", Title: "The revocation is not known", Description: "Nobody could tell.", Severity: "info", References: []evaluate.Reference{}},
}

func decided(server string) *evaluate.Decision {
	return &evaluate.Decision{Server: server, Phase: "session", EvaluatedAt: "2026-11-22T07:00:00Z"}
}

// withFindings is a server about which there is something of each kind.
func withFindings() output.Checked {
	return output.Checked{
		Document: "documents/ex01.json", Facts: &gather.Document{},
		Decision: decided("EX01"),
		Plan:     renewal(),
		Findings: []evaluate.Finding{
			{
				RuleID: "TC003", Title: rules[0].Title, Severity: "error", Server: "EX01",
				Message:     "EX01: the internal transport certificate " + loaded + " expired on 2026-03-01T00:00:00Z.",
				Remediation: "# Renew it:\nGet-ExchangeCertificate -Thumbprint " + loaded + " | New-ExchangeCertificate -GenerateRequest -Server 'EX01'",
				References:  []string{"https://contoso.test/events"}, Path: "certificates[0].not_after", Thumbprint: pointer(loaded), Action: pointer("renew"),
			},
			{
				RuleID: "TC014", Title: rules[2].Title, Severity: "warning", Server: "EX01",
				Message: "EX01: another is better.", Remediation: "Enable it.", References: []string{},
				Path: "directory.internal_transport_certificate", Thumbprint: pointer(loaded),
				Suppressed: &evaluate.Suppression{Reason: "100% sure; CA moves", Expires: "2026-12-31"},
			},
			{
				RuleID: "TC052", Title: rules[3].Title, Severity: "info", Server: "EX01",
				Message: "EX01: it counts as not revoked.", Remediation: "Look it up.", References: []string{},
				Path: "certificates[1].trust.revoked", Thumbprint: pointer(other),
			},
		},
		Places: []documents.Place{{File: "documents/ex01.json", Line: 12}, {File: "documents/ex01.json", Line: 5}, {File: "exports/certificates.xml"}},
	}
}

// renewal is a plan with an action of each kind: one that asks, one that a person does, one that does not ask.
func renewal() evaluate.Plan {
	restart := evaluate.Afterward{Text: "Restart the transport service on EX01", Command: pointer("Restart-Service MSExchangeTransport")}
	return evaluate.Plan{Verdict: "MAIL AT RISK", Actions: []evaluate.Action{
		{
			ID: "renew", Title: "Renew the internal transport certificate EX01 (11111111)", Why: []evaluate.Reason{{Event: 12015}, {Rule: "TC003"}, {Rule: "TC020"}},
			Description: "The new certificate has the same names.",
			Commands:    []string{"New-ExchangeCertificate -Services SMTP -Server 'EX01'", "Get-ExchangeCertificate -Server 'EX01'"},
			Prompt:      &evaluate.Prompt{Question: "Overwrite the existing default SMTP certificate?", Answer: "Yes"},
			Afterwards:  []evaluate.Afterward{restart, {Text: "Subscribe the Edge server EDGE01 again"}},
		},
		{ID: "request", Title: "Request a certificate for mail.contoso.test", Why: []evaluate.Reason{{Event: 12014}, {Event: 12016}},
			Description: "A CA has to issue it.", Manual: true, Commands: []string{"New-ExchangeCertificate -GenerateRequest"}, Afterwards: []evaluate.Afterward{restart}},
		{ID: "tls", Title: "Add Tls to the connector Relay", Why: []evaluate.Reason{{Rule: "TC046"}},
			Commands: []string{`Set-ReceiveConnector 'EX01\Relay' -AuthMechanism Tls`}, Afterwards: []evaluate.Afterward{}},
	}}
}

func inOrder() output.Checked {
	return output.Checked{Document: "forest.ndjson:7", Facts: &gather.Document{}, Decision: decided("EX02"), Findings: []evaluate.Finding{}, Plan: evaluate.Plan{Verdict: "OK"}}
}

// hostile is a server whose names want to be commands: of terminals, of CI
// systems, of XML.
func hostile() output.Checked {
	const names = "a\x1b[2J\u202e\r\n::error::b ##vso[task.complete]##[error]c ]]> <&\"'> 5%3A;\x00\ufffe"
	return output.Checked{
		Document: "d,o:c;u]m%ents\n/ex03.json", Facts: &gather.Document{},
		Decision: decided("EX03\n\x1b[2J"),
		Findings: []evaluate.Finding{
			{RuleID: "ORG,1", Title: "ORG,1", Severity: "warning", Server: "EX03", Message: names, Remediation: names, References: []string{"https://contoso.test/1"}},
			{RuleID: "ORG,1", Title: "ORG,1", Severity: "warning", Server: "EX03", Message: names, Path: names, References: []string{},
				Suppressed: &evaluate.Suppression{Reason: names, Expires: "2026-12-31"}},
			{RuleID: "ORG2", Title: names, Severity: "info", Server: "EX03", Message: names, References: []string{}},
		},
		Places: []documents.Place{{File: "d,o:c;u]m%ents\n/ex03.json", Line: 3}, {File: "x"}, {File: "x"}},
	}
}

func report(t *testing.T, name string, options output.ReportOptions, all ...output.Checked) string {
	t.Helper()
	options.Rules, options.Version = rules, "v1.2.3"
	return filled(t, name, options, func(r output.Report) {
		for _, checked := range all {
			require.NoError(t, r.Add(checked))
		}
	})
}

// failed is a report of a document that could not be checked.
func failed(t *testing.T, name, document, why string) string {
	t.Helper()
	return filled(t, name, onErrors, func(r output.Report) { require.NoError(t, r.Fail(document, errors.New(why))) })
}

func filled(t *testing.T, name string, options output.ReportOptions, fill func(output.Report)) string {
	t.Helper()
	var text bytes.Buffer
	r, err := output.NewReport(name, &text, options)
	require.NoError(t, err)
	fill(r)
	require.NoError(t, r.Close())
	return text.String()
}

var onErrors = output.ReportOptions{FailOn: "error"}

func TestNewReportUnknown(t *testing.T) {
	t.Parallel()
	_, err := output.NewReport("xml", nil, onErrors)
	require.EqualError(t, err, `unknown output format "xml": expected one of text, json, junit, sarif, codequality, github, azure, html, prometheus, csv, plan`)
}

func TestFailOn(t *testing.T) {
	t.Parallel()
	tests := map[output.FailOn]map[string]bool{
		"error":   {"error": true, "warning": false, "info": false},
		"warning": {"error": true, "warning": true, "info": false},
		"none":    {"error": false, "warning": false, "info": false},
	}
	for failOn, severities := range tests {
		for severity, expected := range severities {
			finding := evaluate.Finding{Severity: severity}
			require.Equal(t, expected, failOn.Fails(finding), "%s %s", failOn, severity)
			finding.Suppressed = &evaluate.Suppression{}
			require.False(t, failOn.Fails(finding), "%s %s, suppressed", failOn, severity)
		}
	}
}

// plan is what text shows of renewal, and other reports as text.
const plan = `Plan
  1. Renew the internal transport certificate EX01 (11111111)
     Why: event 12015; rules TC003 and TC020
     The new certificate has the same names.
     Run this command on its own. It asks "Overwrite the existing default SMTP certificate?": answer
     Yes.
     New-ExchangeCertificate -Services SMTP -Server 'EX01'
     Then:
     Get-ExchangeCertificate -Server 'EX01'

  2. Request a certificate for mail.contoso.test
     Why: events 12014 and 12016
     By hand: A CA has to issue it.
     New-ExchangeCertificate -GenerateRequest

  3. Add Tls to the connector Relay
     Why: rule TC046
     Set-ReceiveConnector 'EX01\Relay' -AuthMechanism Tls

  Afterwards
     Restart the transport service on EX01
     Restart-Service MSExchangeTransport
     Subscribe the Edge server EDGE01 again

Then gather and evaluate again.
`

func TestTextReport(t *testing.T) {
	t.Parallel()
	// The verdict first, then the findings, the error first and the suppressed last, and the plan. Sentences break before
	// column 100, commands do not.
	const ex01 = `EX01 at 2026-11-22 07:00 UTC
============================

MAIL AT RISK

Exchange version not gathered; pass --procedure 2016 (Exchange 2013 and later), 2010 or 2007. The
  procedure of Exchange 2007 is applied.
  Version 15 is Exchange 2013 and later, 14 is 2010, and 8 is 2007. This command shows it:
  Get-ExchangeServer | Format-List Name, AdminDisplayVersion

error  TC003 Event 12015, the certificate has expired
  EX01: the internal transport certificate 1111111111111111111111111111111111111111 expired on
  2026-03-01T00:00:00Z. See action 1.
  at documents/ex01.json:12, certificates[0].not_after

info  TC052 The revocation is not known
  EX01: it counts as not revoked.
  Look it up.
  at exports/certificates.xml, certificates[1].trust.revoked

suppressed  TC014 A PKI certificate would be better
  EX01: another is better.
  Waived: 100% sure; CA moves (until 2026-12-31)
  at documents/ex01.json:5, directory.internal_transport_certificate

` + plan + "\n"
	const ex02 = `EX02 at 2026-11-22 07:00 UTC
============================

OK

Exchange version not gathered; pass --procedure 2016 (Exchange 2013 and later), 2010 or 2007. The
  procedure of Exchange 2007 is applied.
  Version 15 is Exchange 2013 and later, 14 is 2010, and 8 is 2007. This command shows it:
  Get-ExchangeServer | Format-List Name, AdminDisplayVersion

Plan  none: no errors or warnings, apart from waived ones.

`
	require.Equal(t, ex01+ex02+`2 servers checked, 1 without a finding: 1 error, 1 info and 1 suppressed.
'transportcert rules TC003' explains a rule. Use --waivers FILE to accept a finding until a date.
`, report(t, "text", onErrors, withFindings(), inOrder()))
	require.Equal(t, ex01+`1 server checked: 1 error, 1 info and 1 suppressed.
No finding fails the check (--fail-on none). 'transportcert rules TC003' explains a rule.
`, report(t, "text", output.ReportOptions{FailOn: "none"}, withFindings()))
	require.Equal(t, ex02+ex02+"2 servers checked: nothing found.\n", report(t, "text", onErrors, inOrder(), inOrder()))
	require.Equal(t, "0 servers checked: nothing found.\n", report(t, "text", onErrors))

	withoutMETADATA := report(t, "text", onErrors, hostile())
	require.Contains(t, withoutMETADATA, "\nNo finding fails the check (--fail-on error).\n", "there is no rule to tell more about")

	colored := report(t, "text", output.ReportOptions{FailOn: "error", Style: output.Style{Color: true}}, withFindings())
	require.Contains(t, colored, "\x1b[31merror\x1b[0m  \x1b[1mTC003 Event")
	require.Contains(t, colored, "\ninfo  \x1b[1mTC052 ", "which has no color")
	require.NotContains(t, report(t, "text", onErrors, withFindings()), "\x1b")
	requirePlain(t, report(t, "text", onErrors, hostile()))
}

func TestTextReportOfFailures(t *testing.T) {
	t.Parallel()
	text := filled(t, "text", onErrors, func(r output.Report) {
		require.NoError(t, r.Fail("ex09.json", errors.New("damaged")))
		require.NoError(t, r.Add(inOrder()))
	})
	require.True(t, strings.HasSuffix(text, "\n1 server checked, 1 document not checked because of an error: nothing found.\n"))
	require.Equal(t, "0 servers checked, 1 document not checked because of an error.\n", failed(t, "text", "ex09.json", "damaged"))
}

func TestJSONReport(t *testing.T) {
	t.Parallel()
	text := filled(t, "json", onErrors, func(r output.Report) {
		require.NoError(t, r.Add(withFindings()))
		require.NoError(t, r.Fail("ex09.json", errors.New("damaged")))
		require.NoError(t, r.Add(inOrder()))
	})
	var found struct {
		Servers []struct {
			Server, Document, Phase string
			EvaluatedAt             string `json:"evaluated_at"`
			Findings                []evaluate.Finding
			Plan                    evaluate.Plan
			Counts                  map[string]int
		}
		Errors []map[string]string
		Counts map[string]int
	}
	require.NoError(t, json.Unmarshal([]byte(text), &found))
	require.Len(t, found.Servers, 2)
	require.Equal(t, "EX01 documents/ex01.json session 2026-11-22T07:00:00Z",
		strings.Join([]string{found.Servers[0].Server, found.Servers[0].Document, found.Servers[0].Phase, found.Servers[0].EvaluatedAt}, " "))
	require.Equal(t, withFindings().Findings, found.Servers[0].Findings)
	require.Equal(t, renewal(), found.Servers[0].Plan)
	require.Equal(t, map[string]int{"error": 1, "warning": 0, "info": 1, "suppressed": 1}, found.Servers[0].Counts)
	require.Equal(t, []evaluate.Finding{}, found.Servers[1].Findings)
	require.Equal(t, map[string]int{"error": 0, "warning": 0, "info": 0, "suppressed": 0}, found.Servers[1].Counts)
	require.Equal(t, []map[string]string{{"document": "ex09.json", "message": "damaged"}}, found.Errors)
	require.Equal(t, map[string]int{"error": 1, "warning": 0, "info": 1, "suppressed": 1}, found.Counts)

	var generic map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &generic))
	schema := compileSchema(t, schemas.Findings)
	require.NoError(t, schema.Validate(generic["servers"].([]any)[0].(map[string]any)["findings"]))

	require.Equal(t, "{\n  \"servers\": [],\n  \"errors\": [],\n  \"counts\": {\n    \"error\": 0,\n    \"warning\": 0,\n    \"info\": 0,\n    \"suppressed\": 0\n  }\n}\n",
		report(t, "json", onErrors))
}

func compileSchema(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("mem://schema", value))
	schema, err := c.Compile("mem://schema")
	require.NoError(t, err)
	return schema
}

// What a report says of a server without an Exchange version.
const versionUnknown = "Exchange version not gathered; pass --procedure 2016 (Exchange 2013 and later), 2010 or 2007. " +
	"The procedure of Exchange 2007 is applied."

func TestGitHubReport(t *testing.T) {
	t.Parallel()
	require.Equal(t, "EX01: MAIL AT RISK\nEX01: "+versionUnknown+"\n"+
		"::error file=documents/ex01.json,line=12,title=TC003 Event 12015%2C the certificate has expired::"+
		"EX01: the internal transport certificate "+loaded+" expired on 2026-03-01T00:00:00Z.%0A"+
		"# Renew it:%0AGet-ExchangeCertificate -Thumbprint "+loaded+" | New-ExchangeCertificate -GenerateRequest -Server 'EX01'\n"+
		"suppressed: TC014 EX01: another is better. Waived: 100% sure; CA moves (until 2026-12-31)\n"+
		"::notice file=exports/certificates.xml,title=TC052 The revocation is not known::EX01: it counts as not revoked.%0ALook it up.\n"+
		"::group::Plan for EX01\n"+plan+"::endgroup::\nEX02: OK\nEX02: "+versionUnknown+"\n2 servers checked, 1 without a finding: 1 error, 1 info and 1 suppressed.\n",
		report(t, "github", onErrors, withFindings(), inOrder()))

	lines := strings.Split(strings.TrimSpace(report(t, "github", onErrors, hostile())), "\n")
	require.Len(t, lines, 6)
	require.Equal(t, []string{`EX03\n\x1b[2J: `, `EX03\n\x1b[2J: ` + versionUnknown, "1 server checked: 1 warning, 1 info and 1 suppressed."},
		[]string{lines[0], lines[1], lines[5]})
	lines = lines[2:5]
	require.True(t, strings.HasPrefix(lines[0], `::warning file=d%2Co%3Ac;u]m%25ents\n/ex03.json,line=3,title=ORG%2C1::a\x1b[2J\u202e\r\n::error::b `), lines[0])
	require.True(t, strings.HasSuffix(lines[0], `5%253A;\x00\ufffe`), lines[0])
	require.True(t, strings.HasPrefix(lines[1], `suppressed: ORG,1 a\x1b[2J\u202e\r\n::error::b # #vso[task.complete]# #[error]c `), lines[1])
	require.True(t, strings.HasPrefix(lines[2], `::notice file=x,title=ORG2 a\x1b[2J\u202e\r\n%3A%3Aerror%3A%3Ab `), lines[2])
	requirePlain(t, strings.Join(lines, "\n"))
}

func TestAzureReport(t *testing.T) {
	t.Parallel()
	require.Equal(t, "EX01: MAIL AT RISK\nEX01: "+versionUnknown+"\n"+
		"##vso[task.logissue type=error;sourcepath=documents/ex01.json;linenumber=12;code=TC003]Event 12015, the certificate has expired%0A"+
		"EX01: the internal transport certificate "+loaded+" expired on 2026-03-01T00:00:00Z.%0A"+
		"# Renew it:%0AGet-ExchangeCertificate -Thumbprint "+loaded+" | New-ExchangeCertificate -GenerateRequest -Server 'EX01'\n"+
		"suppressed: TC014 EX01: another is better. Waived: 100% sure; CA moves (until 2026-12-31)\n"+
		"info: TC052 EX01: it counts as not revoked. Look it up.\n"+
		"##[group]Plan for EX01\n"+plan+"##[endgroup]\nEX02: OK\nEX02: "+versionUnknown+"\n2 servers checked, 1 without a finding: 1 error, 1 info and 1 suppressed.\n",
		report(t, "azure", onErrors, withFindings(), inOrder()))

	lines := strings.Split(strings.TrimSpace(report(t, "azure", onErrors, hostile())), "\n")
	require.Len(t, lines, 6)
	lines = lines[2:5]
	require.True(t, strings.HasPrefix(lines[0], `##vso[task.logissue type=warning;sourcepath=d,o:c%3Bu%5Dm%AZP25ents\n/ex03.json;linenumber=3;code=ORG,1]ORG,1%0Aa\x1b[2J`), lines[0])
	require.True(t, strings.HasSuffix(lines[0], `5%AZP253A;\x00\ufffe`), lines[0])
	for _, line := range lines[1:] {
		require.NotContains(t, line, "##")
	}
	requirePlain(t, strings.Join(lines, "\n"))
}

func TestAnnotationsOfFailures(t *testing.T) {
	t.Parallel()
	for name, expected := range map[string]string{
		"github": "::error file=ex09.json,title=The check failed::ex09.json: damaged%0A  twice\n0 servers checked, 1 document not checked because of an error.\n",
		"azure":  "##vso[task.logissue type=error;sourcepath=ex09.json]The check failed%0Aex09.json: damaged%0A  twice\n0 servers checked, 1 document not checked because of an error.\n",
	} {
		require.Equal(t, expected, failed(t, name, "ex09.json", "ex09.json: damaged\n  twice"))
	}
}

// statuses returns "NAME: STATUS" for each test case of a suite, as a reader
// of JUnit sees it.
func statuses(suite junit.Suite) []string {
	var all []string
	for _, test := range suite.Tests {
		all = append(all, test.Name+": "+string(test.Status))
	}
	return all
}

func TestJUnitReport(t *testing.T) {
	t.Parallel()
	text := report(t, "junit", onErrors, withFindings(), inOrder())
	require.Contains(t, text, `<testsuites name="transportcert" tests="8" failures="1">`)
	suites, err := junit.Ingest([]byte(text))
	require.NoError(t, err)
	require.Len(t, suites, 2)
	require.Equal(t, "EX01", suites[0].Name)
	require.Equal(t, []string{
		"TC003 Event 12015, the certificate has expired: failed",
		"TC012 No eligible certificate: passed",
		"TC014 A PKI certificate would be better: skipped",
		"TC052 The revocation is not known: passed",
	}, statuses(suites[0]))
	require.Equal(t, 4, suites[0].Totals.Tests)
	require.Equal(t, 1, suites[0].Totals.Failed)
	require.Equal(t, 1, suites[0].Totals.Skipped)
	require.Equal(t, 2, suites[0].Totals.Passed)
	require.Contains(t, text, `<testsuite name="EX01" tests="4" failures="1" errors="0" id="0" hostname="EX01" skipped="1" time="0" `+
		`timestamp="2026-11-22T07:00:00" file="documents/ex01.json">`)
	require.Equal(t, map[string]string{"verdict": "MAIL AT RISK"}, suites[0].Properties)
	require.Equal(t, versionUnknown+"\n"+plan, suites[0].SystemOut)
	failed := suites[0].Tests[0]
	require.Equal(t, "EX01", failed.Classname)
	require.Equal(t, withFindings().Findings[0].Message, failed.Message)
	require.EqualError(t, failed.Error, withFindings().Findings[0].Message+"\n"+withFindings().Findings[0].Remediation+
		"\nat documents/ex01.json:12, certificates[0].not_after")
	require.Equal(t, "100% sure; CA moves (until 2026-12-31)", suites[0].Tests[2].Message)
	require.Equal(t, "info: EX01: it counts as not revoked.\nLook it up.\nat exports/certificates.xml, certificates[1].trust.revoked", suites[0].Tests[3].SystemOut)
	require.Equal(t, "EX02", suites[1].Name)
	require.Equal(t, junit.Totals{Tests: 4, Passed: 4}, suites[1].Totals)

	// Where nothing fails the gate, no test case fails either.
	suites, err = junit.Ingest([]byte(report(t, "junit", output.ReportOptions{FailOn: "none"}, withFindings())))
	require.NoError(t, err)
	require.Equal(t, "TC003 Event 12015, the certificate has expired: passed", statuses(suites[0])[0])
	require.True(t, strings.HasPrefix(suites[0].Tests[0].SystemOut, "error: EX01: the internal transport certificate"))
}

func TestJUnitReportOfRulesWithoutMETADATA(t *testing.T) {
	t.Parallel()
	text := report(t, "junit", output.ReportOptions{FailOn: "warning"}, hostile(), inOrder())
	requirePlain(t, text)
	suites, err := junit.Ingest([]byte(text))
	require.NoError(t, err)
	require.Equal(t, []string{"ORG,1: failed", `ORG2 a\x1b[2J\u202e\r\n::error::b ##vso[task.complete]##[error]c ]]> <&"'> 5%3A;\x00\ufffe: passed`},
		statuses(suites[0])[4:], "after the others, one of each")
	require.Contains(t, suites[0].Tests[4].Error.Error(), `]]> <&"'> 5%3A;`)
	require.Contains(t, suites[0].Tests[4].SystemOut, "suppressed: ")
	require.Len(t, suites[1].Tests, 4, "of one server, not of the next")
}

func TestJUnitReportOfFailures(t *testing.T) {
	t.Parallel()
	text := failed(t, "junit", "ex09.json", "ex09.json: damaged\n  twice")
	suites, err := junit.Ingest([]byte(text))
	require.NoError(t, err)
	require.Equal(t, "ex09.json", suites[0].Name)
	require.Equal(t, []string{"check: error"}, statuses(suites[0]))
	require.Equal(t, "ex09.json: damaged", suites[0].Tests[0].Message)
	require.Contains(t, text, `<testsuites name="transportcert" tests="1" errors="1">`)
}

// requirePlain asks that a text has nothing that a terminal would obey.
func requirePlain(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		require.True(t, r == '\n' || r == '\t' || r >= ' ' && r != '\u202e' && r != '\ufffe', "%q in %q", r, text)
	}
}
