package evaluate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/fixtures"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// answerOf is a consistent answer for the fixture 58-mismatch-in-session,
// written by hand.
const answerOf = `{
  "server": "EX01", "phase": "session", "evaluated_at": "2026-11-22T07:00:00Z", "procedure": "2007",
  "connectors": [{"name": "Default EX01", "advertise_x_anonymoustls": true, "certificate": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F", "stopped_at": null}],
  "certificate": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F", "expired": false,
  "domains": ["ex01"],
  "eligible": ["CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11"],
  "ineligible": {"5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F": ["name_mismatch"]},
  "best": "CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11", "best_kind": "pki", "matches_best": false,
  "events": [{"id": 1037, "source": "MSExchangeTransport", "connector": null, "step": 9, "severity": "warning", "symbolic_name": null, "message": "m", "remediation": "r"}],
  "input_errors": []
}`

func TestConsistent(t *testing.T) {
	t.Parallel()
	document := fixtures.Document(t, "58-mismatch-in-session")
	require.NoError(t, consistent([]byte(answerOf), &InboundAnonymousDecision{}, document))
	const unknown = `"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"`
	tests := map[string]struct{ field, value, expected string }{
		"another server":       {"server", `"EX02"`, `server: expected "EX01", found "EX02"`},
		"no server":            {"server", ``, `server: expected a value, found none`},
		"null":                 {"server", `null`, `server: expected a string, found null`},
		"a number":             {"evaluated_at", `5`, `evaluated_at: expected a string, found 5`},
		"no list":              {"connectors", `null`, `connectors: expected an array, found null`},
		"no connectors":        {"connectors", `[]`, `connectors: expected the 1 connectors of the document, found 0`},
		"null among them":      {"connectors", `[null]`, `connectors[0]: expected an object, found null`},
		"more connectors":      {"connectors", `[{"name": "Default EX01", "advertise_x_anonymoustls": false, "certificate": null, "stopped_at": "x"}, {"name": "Default EX01", "advertise_x_anonymoustls": false, "certificate": null, "stopped_at": "x"}]`, `expected the 1 connectors of the document, found 2`},
		"another connector":    {"connectors", `[{"name": "X", "advertise_x_anonymoustls": false, "certificate": null, "stopped_at": "x"}]`, `connectors[0].name: expected "Default EX01", found "X"`},
		"nothing to advertise": {"connectors", `[{"name": "Default EX01", "advertise_x_anonymoustls": true, "certificate": null, "stopped_at": null}]`, `connectors[0].advertise_x_anonymoustls: expected a certificate`},
		"stopped, advertised":  {"connectors", `[{"name": "Default EX01", "advertise_x_anonymoustls": true, "certificate": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F", "stopped_at": "x"}]`, `no stopped_at if it is true`},
		"unknown certificate":  {"certificate", unknown, `certificate: expected the thumbprint of a certificate of the document, found ` + unknown},
		"unknown best":         {"best", unknown, `best: expected the thumbprint of a certificate of the document`},
		"unknown eligible":     {"eligible", `[` + unknown + `]`, `eligible: expected the thumbprint of a certificate of the document`},
		"eligible twice":       {"eligible", `["CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11", "CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11"]`, `eligible: expected each certificate once`},
		"eligible is not":      {"eligible", `["5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F"]`, `best: expected a certificate in eligible`},
		"both":                 {"eligible", `["5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F", "CA11CA11CA11CA11CA11CA11CA11CA11CA11CA11"]`, `ineligible: expected a certificate that is not in eligible`},
		"neither":              {"ineligible", `{}`, `expected every certificate of the document in eligible or ineligible`},
		"unknown ineligible":   {"ineligible", `{` + unknown + `: ["x"]}`, `ineligible: expected the thumbprint of a certificate of the document`},
		"reasons":              {"ineligible", `{"5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F": [7]}`, `ineligible.5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F[0]: expected a string, found 7`},
		"no kind":              {"best_kind", `null`, `best_kind: expected null if and only if best is null`},
		"another kind":         {"best_kind", `"other"`, `best_kind: expected one of pki, self_signed, found "other"`},
		"not expired":          {"expired", `null`, `expired: expected null if and only if certificate is null`},
		"matches":              {"matches_best", `true`, `matches_best: expected a value that agrees with best and certificate, found true`},
		"an event":             {"events", `[1037]`, `events[0]: expected an object, found 1037`},
		"an event's id":        {"events", `[{"id": 1037.5}]`, `events[0].id: expected a whole number, found 1037.5`},
		"an event's severity":  {"events", `[{"id": 1, "source": "x", "connector": null, "step": 9, "severity": "fatal"}]`, `events[0].severity: expected one of error, warning, info, found "fatal"`},
		"an event's connector": {"events", `[{"id": 1, "source": "x", "connector": "X"}]`, `events[0].connector: expected a connector of the document, found "X"`},
		"input errors":         {"input_errors", `["x", 5]`, `x; 5`},
		"no events":            {"events", ``, `events: expected a value, found none`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var answer map[string]json.RawMessage
			require.NoError(t, json.Unmarshal([]byte(answerOf), &answer))
			if answer[test.field] = json.RawMessage(test.value); test.value == "" {
				delete(answer, test.field)
			}
			text, err := json.Marshal(answer)
			require.NoError(t, err)
			require.ErrorContains(t, consistent(text, &InboundAnonymousDecision{}, document), test.expected)
		})
	}
	for text, message := range map[string]string{
		`{"decision": null, "findings": []}`: "decision: expected an object, found null",
		`[]`:                                 "expected an object, found []",
		fmt.Sprintf(`{"decision": %s, "findings": [{}]}`, answerOf):            "findings[0].rule_id: expected a value, found none",
		fmt.Sprintf(`{"decision": %s, "findings": null}`, answerOf):            "findings: expected an array, found null",
		fmt.Sprintf(`{"decision": %s, "findings": {"a": 1}}`, answerOf):        "findings: expected an array",
		fmt.Sprintf(`{"decision": %s, "findings": [{"rule_id":1}]}`, answerOf): "findings[0].rule_id: expected a string, found 1",
	} {
		err := consistent([]byte(text), &struct {
			Decision *InboundAnonymousDecision `json:"decision"`
			Findings []Finding                 `json:"findings"`
		}{}, document)
		require.ErrorContains(t, err, message, text)
	}
}

// The answers of the shipped policies are consistent. Custom rules that change
// nothing make the evaluator check them.
func TestShippedAnswersAreConsistent(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "x.rego"), []byte("package transportcert.custom\n\nnothing := 1\n"), 0o600))
	evaluator, err := New(t.Context(), WithPolicies(folder))
	require.NoError(t, err)
	for name, document := range fixtures.Documents(t) {
		_, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(t, err, name)
		_, err = evaluator.Check(t.Context(), document)
		require.NoError(t, err, name)
	}
	rapid.Check(t, func(rt *rapid.T) {
		document := documents.Document().Draw(rt, "document")
		_, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(rt, err)
		_, err = evaluator.Check(t.Context(), document)
		require.NoError(rt, err)
	})
}

// A bundle that replaces the shipped rules can answer anything. Other documents
// are still decided.
func TestABundleThatContradictsItsDocument(t *testing.T) {
	t.Parallel()
	document := fixtures.Document(t, "58-mismatch-in-session")
	shipped, err := New(t.Context())
	require.NoError(t, err)
	decision, err := shipped.Evaluate(t.Context(), document)
	require.NoError(t, err)
	text, err := json.Marshal(decision)
	require.NoError(t, err)
	folder := t.TempDir()
	rule := "package transportcert.server\n\ndecision := " + string(text) + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "x.rego"), []byte(rule), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, ".manifest"), []byte(`{"roots": ["transportcert/server", "transportcert/compliance"]}`), 0o600))
	evaluator, err := New(t.Context(), WithBundle(folder))
	require.NoError(t, err)
	_, err = evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	document.Certificates = document.Certificates[:1]
	_, err = evaluator.Evaluate(t.Context(), document)
	require.ErrorContains(t, err, "evaluating the document of EX01: the policies' answer: ")
}

// FuzzConsistent checks that any answer is rejected, or decodes and refers only
// to what the document contains.
func FuzzConsistent(f *testing.F) {
	f.Add([]byte(answerOf))
	f.Add([]byte(`{"decision": ` + answerOf + `, "findings": []}`))
	f.Add([]byte(`{"connectors": [null], "input_errors": {}}`))
	document := fixtures.Document(f, "58-mismatch-in-session")
	f.Fuzz(func(t *testing.T, text []byte) {
		var decision InboundAnonymousDecision
		if consistent(text, &decision, document) != nil {
			return
		}
		value, err := ast.ValueFromReader(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, read(value, reflect.ValueOf(&decision).Elem()))
		require.Len(t, decision.Connectors, len(document.Connectors))
		require.Len(t, document.Certificates, len(decision.Eligible)+len(decision.Ineligible))
	})
}
