package output_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
)

// sarifSchema is the published JSON Schema of SARIF 2.1.0. The library has it
// in its source, where this takes it from.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3").Output()
	require.NoError(t, err)
	file := filepath.Join(strings.TrimSpace(string(folder)), "pkg", "report", "v210", "sarif", "schema.go")
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var text string
	ast.Inspect(source, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err = strconv.Unquote(literal.Value)
			require.NoError(t, err)
		}
		return true
	})
	require.Contains(t, text, `"id": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"`)
	return compileSchema(t, []byte(text))
}

// sarifLog is what the tests look at; the schema looks at the rest.
type sarifLog struct {
	Schema, Version string
	Runs            []struct {
		Tool struct {
			Driver struct {
				Name, Version, SemanticVersion, InformationURI string
				Rules                                          []sarifRule
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct {
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
		Results []sarifResult
	}
}

type sarifRule struct {
	ID, Name, HelpURI                 string
	ShortDescription, FullDescription struct{ Text string }
	Help                              struct{ Text, Markdown string }
	DefaultConfiguration              struct{ Level string }
}

type sarifResult struct {
	RuleID    string
	RuleIndex int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine int }
		}
		LogicalLocations []struct{ Name, FullyQualifiedName, Kind string }
	}
	Suppressions        []struct{ Kind, Status, Justification string }
	PartialFingerprints map[string]string
	BaselineState       string
}

// parseSARIF validates a log and returns it. Keys that differ in case are the
// same to encoding/json.
func parseSARIF(t *testing.T, schema *jsonschema.Schema, text string) sarifLog {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(value))
	var log sarifLog
	require.NoError(t, json.Unmarshal([]byte(text), &log))
	return log
}

func TestSARIFReport(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	text := report(t, "sarif", onErrors, withFindings(), inOrder())
	require.NotRegexp(t, `: -1,?\n`, text, "no index that was not set")
	log := parseSARIF(t, schema, text)
	require.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	require.Equal(t, "transportcert", run.Tool.Driver.Name)
	require.Equal(t, "v1.2.3", run.Tool.Driver.Version)
	require.Equal(t, "1.2.3", run.Tool.Driver.SemanticVersion)
	require.True(t, run.Invocations[0].ExecutionSuccessful)

	require.Len(t, run.Tool.Driver.Rules, 4)
	rule := run.Tool.Driver.Rules[0]
	require.Equal(t, "TC003", rule.ID)
	require.Equal(t, "Event12015TheCertificateHasExpired", rule.Name)
	require.Equal(t, "Event 12015, the certificate has expired", rule.ShortDescription.Text)
	require.Equal(t, "The server serves an expired certificate.", rule.FullDescription.Text)
	require.Equal(t, "https://github.com/transportcert/transportcert/blob/main/docs/rules.md#tc003", rule.HelpURI)
	require.Equal(t, "error", rule.DefaultConfiguration.Level)
	require.Equal(t, "The server serves an expired certificate.\n\nRenew the certificate.\n\nhttps://contoso.test/events\nhttps://contoso.test/5", rule.Help.Text)
	require.Equal(t, "The server serves an expired certificate.\n\nRenew the certificate.\n\n- [The events](https://contoso.test/events)\n- [Step 5](https://contoso.test/5)", rule.Help.Markdown)
	require.Equal(t, "No certificate is eligible.\n\n```powershell\nNew-ExchangeCertificate -Services SMTP -Server {server}\n```", run.Tool.Driver.Rules[1].Help.Markdown)
	require.Equal(t, "warning", run.Tool.Driver.Rules[1].DefaultConfiguration.Level)
	require.Equal(t, "note", run.Tool.Driver.Rules[3].DefaultConfiguration.Level)

	require.Len(t, run.Results, 3)
	expired, waived, unknown := run.Results[0], run.Results[1], run.Results[2]
	require.Equal(t, "TC003", expired.RuleID)
	require.Equal(t, 0, expired.RuleIndex)
	require.Equal(t, "error", expired.Level)
	require.Equal(t, withFindings().Findings[0].Message+"\n"+withFindings().Findings[0].Remediation, expired.Message.Text)
	require.Equal(t, "documents/ex01.json", expired.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	require.Equal(t, 12, expired.Locations[0].PhysicalLocation.Region.StartLine)
	require.Equal(t, struct{ Name, FullyQualifiedName, Kind string }{"not_after", "certificates[0].not_after", "property"}, expired.Locations[0].LogicalLocations[0])
	require.Empty(t, expired.Suppressions)
	require.NotNil(t, expired.Suppressions, "all results have suppressions, or none")

	require.Equal(t, 2, waived.RuleIndex)
	require.Equal(t, "warning", waived.Level)
	require.Equal(t, []struct{ Kind, Status, Justification string }{{"external", "accepted", "100% sure; CA moves (until 2026-12-31)"}}, waived.Suppressions)
	require.Equal(t, "note", unknown.Level)
	require.Equal(t, "exports/certificates.xml", unknown.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	require.Equal(t, 1, unknown.Locations[0].PhysicalLocation.Region.StartLine, "the first where it is not known")

	empty := parseSARIF(t, schema, report(t, "sarif", onErrors))
	require.NotNil(t, empty.Runs[0].Results)
}

// What a place in the store changes is no new finding, and what is about
// something else is.
func TestSARIFFingerprints(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	finding := func(change func(*evaluate.Finding)) string {
		f := withFindings().Findings[0]
		change(&f)
		checked := output.Checked{Document: "x.json", Facts: &gather.Document{}, Decision: decided("EX01"), Findings: []evaluate.Finding{f}, Places: []documents.Place{{File: "x.json"}}}
		return parseSARIF(t, schema, report(t, "sarif", onErrors, checked)).Runs[0].Results[0].PartialFingerprints["transportcertFinding/v1"]
	}
	same := finding(func(*evaluate.Finding) {})
	require.Regexp(t, `^[0-9a-f]{64}$`, same)
	require.Equal(t, same, finding(func(f *evaluate.Finding) { f.Path = "certificates[7].not_after" }))
	require.Equal(t, same, finding(func(f *evaluate.Finding) { f.Message, f.Remediation, f.Severity = "in other words", "", "info" }))
	for _, change := range []func(*evaluate.Finding){
		func(f *evaluate.Finding) { f.RuleID = "TC024" },
		func(f *evaluate.Finding) { f.Server = "EX02" },
		func(f *evaluate.Finding) { f.Thumbprint = pointer(other) },
		func(f *evaluate.Finding) { f.Thumbprint = nil },
		func(f *evaluate.Finding) { f.Connector = pointer("Default") },
		func(f *evaluate.Finding) { f.Path = "certificates[0].services" },
	} {
		require.NotEqual(t, same, finding(change))
	}
}

func TestSARIFReportOfRulesWithoutMETADATA(t *testing.T) {
	t.Parallel()
	text := report(t, "sarif", onErrors, hostile())
	requirePlain(t, text)
	run := parseSARIF(t, sarifSchema(t), text).Runs[0]
	require.Len(t, run.Tool.Driver.Rules, 6)
	own := run.Tool.Driver.Rules[4]
	require.Equal(t, "ORG,1", own.ID)
	require.Equal(t, "https://contoso.test/1", own.HelpURI)
	require.Equal(t, "warning", own.DefaultConfiguration.Level)
	require.Equal(t, 4, run.Results[0].RuleIndex)
	require.Equal(t, 4, run.Results[1].RuleIndex)
	require.Equal(t, 5, run.Results[2].RuleIndex)
	require.Equal(t, `d,o:c;u%5Dm%25ents%0A/ex03.json`, strings.TrimPrefix(run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI, "./"))
	notes := run.Invocations[0].ToolExecutionNotifications
	require.Len(t, notes, 1)
	require.Equal(t, "note", notes[0].Level)
	require.Equal(t, `EX03\n\x1b[2J: `+versionUnknown, notes[0].Message.Text)
}

func TestSARIFReportOfFailures(t *testing.T) {
	t.Parallel()
	text := failed(t, "sarif", "documents/ex 09.json", "damaged\x1b[2J")
	invocation := parseSARIF(t, sarifSchema(t), text).Runs[0].Invocations[0]
	require.False(t, invocation.ExecutionSuccessful)
	require.Equal(t, "error", invocation.ToolExecutionNotifications[0].Level)
	require.Equal(t, `damaged\x1b[2J`, invocation.ToolExecutionNotifications[0].Message.Text)
	require.Equal(t, "documents/ex%2009.json", invocation.ToolExecutionNotifications[0].Locations[0].PhysicalLocation.ArtifactLocation.URI)
}

func TestSARIFURIs(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"ex01.json":              "ex01.json",
		"./documents//ex01.json": "documents/ex01.json",
		"../ex01.json":           "../ex01.json",
		"a b#c?d.json":           "a%20b%23c%3Fd.json",
		"a:b.json":               "./a:b.json",
		"stdin":                  "stdin",
	}
	if runtime.GOOS == "windows" {
		tests[`C:\exports\ex 01.json`] = "file:///C:/exports/ex%2001.json"
		tests[`documents\ex01.json`] = "documents/ex01.json"
	} else {
		tests["/var/ex 01.json"] = "file:///var/ex%2001.json"
	}
	schema := sarifSchema(t)
	for file, expected := range tests {
		checked := withFindings()
		checked.Places[0].File = file
		result := parseSARIF(t, schema, report(t, "sarif", onErrors, checked)).Runs[0].Results[0]
		require.Equal(t, expected, result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	}
}
