package transportcert_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// documentsInOneRun is how many documents the differential test compares
// where -rapid.checks does not say otherwise, as "make property" does.
const documentsInOneRun = "500"

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", documentsInOneRun); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestFixtures compares the decision for each fixture with the one that was
// worked out by hand.
func TestFixtures(t *testing.T) {
	evaluator, err := evaluate.New(t.Context())
	require.NoError(t, err)
	inputs, err := filepath.Glob("fixtures/[0-9]*/input.json")
	require.NoError(t, err)
	require.Greater(t, len(inputs), 30)
	for _, path := range inputs {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			document := read(t, path)
			decision, err := evaluator.Evaluate(t.Context(), document)
			require.NoError(t, err)
			expected, err := os.ReadFile(filepath.Join(filepath.Dir(path), "decision.json"))
			require.NoError(t, err)
			if bytes.Contains(expected, []byte(`"inbound_anonymous"`)) {
				t.Skip("the policies do not decide for the server yet")
			}
			require.JSONEq(t, string(expected), withoutProse(t, decision.InboundAnonymous))
		})
	}
}

// TestInvalidFixtures asks that what is wrong with a document is named, by the
// Go validation and by the policies alone, and that nothing is decided.
func TestInvalidFixtures(t *testing.T) {
	onlyGoAsks := map[string]bool{"unknown-key": true, "unknown-auth-mechanism": true, "unknown-role": true}
	for _, name := range fieldsThatThePoliciesDoNotReadYet {
		onlyGoAsks[name] = true
	}
	policies := policiesAlone(t)
	inputs, err := filepath.Glob("fixtures/invalid/*/input.json")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, path := range inputs {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			var places []string
			unmarshal(t, filepath.Join(filepath.Dir(path), "paths.json"), &places)
			require.NotEmpty(t, places)

			text, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = gather.Decode(text)
			for _, place := range places {
				require.ErrorContains(t, err, place+": ")
			}
			if onlyGoAsks[name] {
				return
			}

			var input any
			unmarshal(t, path, &input)
			results, err := policies.Eval(t.Context(), rego.EvalInput(input))
			require.NoError(t, err)
			decision := results[0].Expressions[0].Value.(map[string]any)
			require.Empty(t, decision["connectors"])
			require.Empty(t, decision["events"])
			require.Nil(t, decision["certificate"])
			errors := fmt.Sprintln(decision["input_errors"].([]any)...)
			for _, place := range places {
				// The policies name a list as a whole, not the name in it.
				require.Contains(t, errors, element.ReplaceAllString(place, "")+": ")
			}
		})
	}
}

// fieldsThatThePoliciesDoNotReadYet are invalid in Go alone, until the policies
// decide inbound STARTTLS and outbound anonymous TLS.
var fieldsThatThePoliciesDoNotReadYet = []string{
	"gathered-at-a-date", "exchange-version-one-number", "exchange-version-as-number", "exchange-version-as-printed",
	"unknown-procedure", "procedure-empty", "roles-null", "enabled-null", "tls-certificate-name-as-object",
	"suppress-x-anonymous-tls-null", "require-tls-as-text", "unknown-transport-role", "remote-ip-ranges-as-text",
	"send-connectors-null", "send-connector-without-name", "send-connector-tls-certificate-name-null",
	"unknown-smart-host-auth-mechanism", "unknown-tls-auth-level", "address-spaces-as-text",
	"edge-subscription-thumbprint", "hybrid-null", "exchange-server-address-name", "exchange-server-address-range",
	"extended-key-usage-as-name",
}

// element is the end of a path that leads to an element of a list.
var element = regexp.MustCompile(`\[\d+\]$`)

// TestDifferential compares the policies with an implementation in Go that was
// written from the specification alone, over generated documents: as our own
// evaluator reads them, and as they are, which is how OPA alone reads them.
func TestDifferential(t *testing.T) {
	const now = "2026-11-22T07:00:00Z"
	clock, err := time.Parse(gather.TimeFormat, now)
	require.NoError(t, err)
	evaluator, err := evaluate.New(t.Context(), evaluate.WithClock(func() time.Time { return clock }))
	require.NoError(t, err)
	policies := policiesAlone(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := onlyNineSteps(rt, documents.JSON().Draw(rt, "document"))
		document, err := gather.Decode(text)
		require.NoError(rt, err)
		inbound := oracle.Decide(document, now).InboundAnonymous
		expected := withoutProse(rt, inbound)

		decision, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(rt, err)
		require.JSONEq(rt, expected, withoutProse(rt, decision.InboundAnonymous))

		var input any
		require.NoError(rt, json.Unmarshal(text, &input))
		results, err := policies.Eval(t.Context(), rego.EvalInput(input), rego.EvalTime(clock))
		require.NoError(rt, err)
		require.JSONEq(rt, expected, withoutProse(rt, results[0].Expressions[0].Value))
	})
}

// onlyNineSteps removes the facts that the policies do not decide by yet.
func onlyNineSteps(t require.TestingT, text []byte) []byte {
	var document map[string]any
	require.NoError(t, json.Unmarshal(text, &document))
	for _, key := range []string{"exchange_version", "procedure"} {
		delete(document, key)
	}
	for _, c := range document["connectors"].([]any) {
		delete(c.(map[string]any), "suppress_x_anonymous_tls")
	}
	host := document["host"].(map[string]any)
	names, _ := host["nlb_cluster_names"].([]any)
	host["nlb_cluster_names"] = slices.DeleteFunc(names, func(name any) bool { return name == "" || name == "." })
	if names == nil {
		delete(host, "nlb_cluster_names")
	}
	text, err := json.Marshal(document)
	require.NoError(t, err)
	return text
}

// TestPolicies runs the policies' own tests and asks that they cover every line.
func TestPolicies(t *testing.T) {
	modules, store := loadPolicies(t)
	coverage := cover.New()
	results, err := tester.NewRunner().
		SetStore(store).
		SetModules(modules).
		SetCoverageQueryTracer(coverage).
		SetTimeout(time.Minute). // a machine can have much else to do
		RunTests(t.Context(), nil)
	require.NoError(t, err)
	count := 0
	for result := range results {
		count++
		require.NoError(t, result.Error, result.Name)
		if result.Fail {
			t.Errorf("%s fails:\n%s", result.Name, result.SubResults)
		}
	}
	require.Positive(t, count)
	for path, file := range coverage.Report(modules).Files {
		for _, line := range file.NotCovered {
			t.Errorf("%s:%d: no test covers this", path, line.Start.Row)
		}
	}
}

// TestRulesAreDescribed asks that METADATA says what it is about, and that
// every rule that another package reads has METADATA.
func TestRulesAreDescribed(t *testing.T) {
	modules, _ := loadPolicies(t)
	described := map[string]bool{}
	read := map[string]string{} // the place that reads a rule, by the rule
	for path, module := range modules {
		if strings.HasSuffix(path, "_test.rego") {
			continue
		}
		for _, rule := range module.Rules {
			for _, annotations := range rule.Annotations {
				place := fmt.Sprintf("%s: %s", path, rule.Ref())
				require.NotEmpty(t, annotations.Title, place)
				require.NotEmpty(t, annotations.Description, place)
				described[fmt.Sprintf("%s.%s", module.Package.Path, rule.Head.Ref()[0].Value)] = true
			}
		}
		imported := map[string]*ast.Term{}
		for _, one := range module.Imports {
			imported[string(one.Name())] = one.Path
		}
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if target := imported[ref[0].Value.String()]; target != nil && len(ref) > 1 {
				read[target.Value.(ast.Ref).Append(ref[1]).String()] = ref[0].Location.String()
			}
			return false
		})
	}
	require.NotEmpty(t, read)
	for rule, place := range read {
		if !described[rule] {
			t.Errorf("%s reads %s, which has no METADATA", place, rule)
		}
	}
}

// stepHeading begins the section of a step in the specification, and ruleLink
// is the link in it to the rule that implements the step.
var (
	stepHeading = regexp.MustCompile(`(?m)^### Step (\d+): .*$`)
	ruleLink    = regexp.MustCompile("\\[`([a-z0-9_]+)`\\]\\(\\.\\./(policies/transportcert/[a-z0-9_/]+\\.rego)\\)")
)

// TestSpecificationLinksSteps asks that the specification links each step to
// its rule: the file is there, and holds a rule of that name for that step.
func TestSpecificationLinksSteps(t *testing.T) {
	text, err := os.ReadFile("docs/specification.md")
	require.NoError(t, err)
	modules, _ := loadPolicies(t)
	headings := stepHeading.FindAllSubmatchIndex(text, -1)
	require.Len(t, headings, 9)
	for i, heading := range headings {
		step, section := string(text[heading[2]:heading[3]]), text[heading[1]:]
		if i+1 < len(headings) {
			section = text[heading[1]:headings[i+1][0]]
		}
		link := ruleLink.FindSubmatch(section)
		require.NotNil(t, link, "step %s has no link to its rule", step)
		require.Contains(t, modules, string(link[2]))
		require.Contains(t, stepsOf(modules[string(link[2])], string(link[1])), step, "%s in %s", link[1], link[2])
	}
}

// stepsOf returns the steps that the METADATA of a rule names.
func stepsOf(module *ast.Module, name string) []string {
	var steps []string
	for _, rule := range module.Rules {
		for _, annotations := range rule.Annotations {
			if step, ok := annotations.Custom["step"]; ok && rule.Head.Ref()[0].Value.String() == name {
				steps = append(steps, fmt.Sprint(step))
			}
		}
	}
	return steps
}

func unmarshal(t *testing.T, path string, value any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, value))
}

func read(t *testing.T, path string) *gather.Document {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	document, err := gather.Decode(text)
	require.NoError(t, err)
	return document
}

// policiesAlone prepares the decision without our evaluator and its validation.
func policiesAlone(t *testing.T) rego.PreparedEvalQuery {
	t.Helper()
	query, err := rego.New(
		rego.Query("data.transportcert.inbound_anonymous.decision"),
		rego.Load([]string{"policies/transportcert"}, notShipped),
	).PrepareForEval(t.Context())
	require.NoError(t, err)
	return query
}

func notShipped(path string, info fs.FileInfo, _ int) bool {
	return !info.IsDir() && (!strings.HasSuffix(path, ".rego") || strings.HasSuffix(path, "_test.rego"))
}

// loadPolicies returns the policies with their tests and an empty store.
func loadPolicies(t *testing.T) (map[string]*ast.Module, storage.Store) {
	t.Helper()
	notRego := func(_ string, info fs.FileInfo, _ int) bool {
		return !info.IsDir() && !strings.HasSuffix(info.Name(), ".rego")
	}
	modules, store, err := tester.LoadWithParserOptions([]string{"policies"}, notRego, ast.ParserOptions{
		ProcessAnnotation: true,
		RegoVersion:       ast.RegoV1,
	})
	require.NoError(t, err)
	return modules, store
}

// withoutProse returns a decision as JSON without the messages and
// remediations of its events, which are for people and tested with the rules.
func withoutProse(t require.TestingT, decision any) string {
	text, err := json.Marshal(decision)
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	delete(fields, "procedure") // the policies do not say it yet, nor the connector of an event
	for _, event := range fields["events"].([]any) {
		delete(event.(map[string]any), "message")
		delete(event.(map[string]any), "remediation")
		delete(event.(map[string]any), "connector")
	}
	text, err = json.Marshal(fields)
	require.NoError(t, err)
	return string(text)
}
