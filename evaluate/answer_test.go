package evaluate

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/fixtures"
)

// read returns what encoding/json decodes from the answer's JSON.
func TestReadAsJSON(t *testing.T) {
	t.Parallel()
	evaluator, err := New(t.Context())
	require.NoError(t, err)
	compliance, err := evaluator.findings(t.Context())
	require.NoError(t, err)
	for name, document := range fixtures.Documents(t) {
		result, err := evaluator.eval(t.Context(), compliance.checked, inputValue(document))
		require.NoError(t, err)

		var expected, found Checked
		require.NoError(t, read(result.value, reflect.ValueOf(&found).Elem()))
		text, err := textOf(result.value)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &expected))
		require.Equal(t, expected, found, name)
		require.NotEmpty(t, found.Decision.Server)
	}
}

func TestReadMismatch(t *testing.T) {
	t.Parallel()
	for answer, expected := range map[string]string{
		`[]`:                                  "expected a value for evaluate.Checked, found array",
		`{"decision": 1}`:                     "decision: expected a value for evaluate.Decision, found number",
		`{"decision": {"server": true}}`:      "decision: server: expected a value for string, found boolean",
		`{"decision": {"mail_at_risk": "x"}}`: "decision: mail_at_risk: expected a value for bool, found string",
		`{"decision": {"events": {}}}`:        "decision: events: expected a value for []evaluate.Event, found object",
		`{"decision": {"events": [{"id": 1}, {"id": 1.5}]}}`:                "decision: events: [1]: id: expected a value for int, found number",
		`{"decision": {"inbound_anonymous": {"ineligible": []}}}`:           "decision: inbound_anonymous: ineligible: expected a value for map[string][]string, found array",
		`{"decision": {"inbound_anonymous": {"ineligible": {"A": [1]}}}}`:   "decision: inbound_anonymous: ineligible: A: [0]: expected a value for string, found number",
		`{"decision": {"inbound_anonymous": {"ineligible": {1: []}}}}`:      "decision: inbound_anonymous: ineligible: expected a string as a key, found number",
		`{"decision": {"inbound_anonymous": {"expired": "no"}}}`:            "decision: inbound_anonymous: expired: expected a value for bool, found string",
		`{"plan": {"actions": [{"why": [true]}]}}`:                          "plan: actions: [0]: why: [0]: expected the number of an event or the id of a rule, found true",
		`{"findings": {{"rule_id": "TC001", "references": {"b", "a", 1}}}}`: "findings: [0]: references: [0]: expected a value for string, found number",
	} {
		err := read(ast.MustParseTerm(answer).Value, reflect.ValueOf(&Checked{}).Elem())
		require.EqualError(t, err, expected, answer)
	}
}
