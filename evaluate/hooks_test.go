package evaluate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
)

// A hook that cannot be read must not be treated as absent.
func TestUnreadableHooks(t *testing.T) {
	t.Parallel()
	const header = "package transportcert.custom\n"
	const collection = "data.transportcert.custom.ineligible: expected a set or an array"
	undefined := func(hook string) string { return "data.transportcert.custom." + hook + ": undefined for this document" }
	tests := map[string]struct {
		name, text, expected string
	}{
		"text in data":           {"data.json", `{"transportcert": {"custom": {"ineligible": "everything"}}}`, collection},
		"null in data":           {"data.json", `{"transportcert": {"custom": {"ineligible": null}}}`, collection},
		"an object in data":      {"data.json", `{"transportcert": {"custom": {"ineligible": {}}}}`, collection},
		"text":                   {"x.rego", header + "ineligible := input.server", collection},
		"a number":               {"x.rego", header + "ineligible := count(input.certificates)", "have: "},
		"false":                  {"x.rego", header + "ineligible := input.server == null", "have: "},
		"null":                   {"x.rego", header + "ineligible := null if input.server", "have: "},
		"no criteria":            {"x.rego", header + "ineligible := input.certificates[0].missing", undefined("ineligible")},
		"criteria of another":    {"x.rego", header + `ineligible := set() if input.server == "OTHER"`, undefined("ineligible")},
		"no thresholds":          {"x.rego", header + `config := {"minimum_key_bits": to_number(input.server)}`, undefined("config")},
		"thresholds of another":  {"x.rego", header + `config := {"minimum_key_bits": 3072} if input.server == "OTHER"`, undefined("config")},
		"no findings":            {"x.rego", header + `findings := [] if input.server == "OTHER"`, undefined("findings")},
		"a default":              {"x.rego", header + "default config := {}\nconfig := {\"minimum_key_bits\": 3072} if input.server == \"OTHER\"", ""},
		"a set that is empty":    {"x.rego", header + `ineligible contains {} if input.server == "OTHER"`, ""},
		"a threshold of another": {"x.rego", header + `config.minimum_key_bits := 3072 if input.server == "OTHER"`, ""},
		"an array":               {"data.json", `{"transportcert": {"custom": {"ineligible": []}}}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			evaluator, err := evaluate.New(t.Context(), evaluate.WithPolicies(write(t, test.name, test.text)))
			if test.expected == "have: " { // OPA finds it without a document
				require.ErrorContains(t, err, test.expected)
				return
			}
			require.NoError(t, err)
			document, _ := server(t)
			decision, evaluateErr := evaluator.Evaluate(t.Context(), document)
			checked, checkErr := evaluator.Check(t.Context(), document)
			if test.expected == "" {
				require.NoError(t, evaluateErr)
				require.NoError(t, checkErr)
				return
			}
			require.ErrorContains(t, evaluateErr, test.expected)
			require.ErrorContains(t, checkErr, test.expected)
			require.Nil(t, decision)
			require.Nil(t, checked)
		})
	}
}

// METADATA with the id of a shipped rule would describe that rule in every report.
func TestIDsOfCustomRules(t *testing.T) {
	t.Parallel()
	rule := func(id string) string {
		return "package transportcert.custom.deep\n\n# METADATA\n# title: Nothing to see\n# custom:\n#   id: " + id + "\n#   severity: info\np := 1\n"
	}
	for _, id := range []string{"TC004", "tc004", "TC999", "TCX", `"A 1"`, `"A\n1"`, `"<b>"`, "É1", `""`, "4", "[TC004]"} {
		evaluator := evaluatorWith(t, evaluate.WithPolicies(write(t, "x.rego", rule(id))))
		document, _ := server(t)
		_, err := evaluator.Check(t.Context(), document)
		require.ErrorContains(t, err, "x.rego:3: METADATA: custom.id: expected letters, digits, _ and -, not beginning with TC, found", id)
		_, err = evaluator.Rules(t.Context())
		require.ErrorContains(t, err, "x.rego:3", id)
	}
	evaluator := evaluatorWith(t, evaluate.WithPolicies(write(t, "x.rego", rule("Contoso_1-a"))))
	rules, err := evaluator.Rules(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Nothing to see", rules[0].Title)
}
