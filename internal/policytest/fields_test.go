package policytest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkText returns the problems in files, without the folder's name.
func checkText(t *testing.T, files map[string]string) []string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	checked, err := Check(t.Context(), []string{folder})
	require.NoError(t, err)
	found := []string{}
	for _, problem := range checked.Problems {
		found = append(found, strings.TrimPrefix(problem.String(), folder+string(filepath.Separator)))
	}
	return found
}

// The compiler does not know the types of arguments.
func TestFieldsBelowVariables(t *testing.T) {
	t.Parallel()
	const use = `package transportcert.custom

ineligible contains {"thumbprint": certificate.thumbprint, "reason": "x"} if {
	some certificate in input.certificates
	f(certificate)
}

`
	tests := map[string]struct {
		rule     string // its first line is line 8
		expected string // empty: nothing
	}{
		"a field":               {`f(c) if c.key_bit < 3072`, "c has no key_bit; did you mean key_bits?"},
		"below a field":         {`f(c) if c.trust.chian == "trusted"`, "c.trust has no chian; did you mean chain?"},
		"of an index":           {`f(c) if c["servics"][0] == "SMTP"`, "c has no servics; did you mean services?"},
		"in a comprehension":    {`f(c) if count([s | some s in c.servics]) > 0`, "c has no servics; did you mean services?"},
		"in every":              {`f(c) if every s in c.servics { s != "" }`, "c has no servics; did you mean services?"},
		"in a value":            {`f(c) := c.key_bit`, "c has no key_bit; did you mean key_bits?"},
		"in else":               {`f(c) if c.version == 1 else := c.key_bit`, "c has no key_bit; did you mean key_bits?"},
		"in with":               {"f(c) if g with input as c.servr\ng if input.server", "c has no servr; did you mean server?"},
		"in a negation":         {`f(c) if not c.key_bit`, "c has no key_bit; did you mean key_bits?"},
		"like nothing":          {`f(c) if c.favorite_color`, "c has no favorite_color: no schema, hook or object of yours has this field"},
		"a text":                {`f(c) if c.key_algorithm == "rsa"`, `c.key_algorithm is never "rsa"; did you mean "RSA"?`},
		"a text on the left":    {`f(c) if "rsa" == c.key_algorithm`, `c.key_algorithm is never "rsa"; did you mean "RSA"?`},
		"another text":          {`f(c) if c.key_algorithm != "Elliptic"`, `c.key_algorithm is never "Elliptic"; it is one of DSA, ECDSA, Ed25519, RSA`},
		"a service":             {`f(c) if "SMPT" in c.services`, `c.services is never "SMPT"; did you mean "SMTP"?`},
		"each service":          {`f(c) if c.services[_] == "Smtp"`, `c.services is never "Smtp"; did you mean "SMTP"?`},
		"a set of texts":        {`f(c) if c.trust.chain in {"trusted", "untrustd"}`, `c.trust.chain is never "untrustd"; did you mean "untrusted"?`},
		"a flag":                {`f(c) if "ExchangeServers" in c.auth_mechanisms`, `c.auth_mechanisms is never "ExchangeServers"; did you mean "ExchangeServer"?`},
		"of the input":          {`f(_) if input.connectors[0].auth_mechanisms[_] == "TLS"`, `input.connectors[0].auth_mechanisms is never "TLS"; did you mean "Tls"?`},
		"of the decision":       {`f(_) if input.phase == "startip"`, `input.phase is never "startip"; did you mean "startup"?`},
		"right":                 {`f(c) if { c.key_bits < 3072; c.trust.chain == "unknown"; "SMTP" in c.services; c.key_algorithm == "1.2.3" }`, ""},
		"an own object":         {"f(c) if c.version == roles[_].weight\nroles := {\"edge\": {\"weight\": 1}}\ng(role) if role.weight", ""},
		"own texts":             {"f(c) if g(c, roles[_])\nroles := {\"edge\": {\"services\": \"web\"}}\ng(_, role) if role.services == \"web\"", ""},
		"own METADATA":          {"# METADATA\n# title: x\n# custom:\n#   owner: mail team\nf(c) if { some link in rego.metadata.chain(); link.annotations.custom.owner == c.subject }", ""},
		"of a parsed file":      {"f(c) if { some x in crypto.x509.parse_certificates(c.der); g(x.Subject) }\ng(name) if { n := name; n.CommonName == \"x\" }", ""},
		"of decoded JSON":       {"f(c) if { x := json.unmarshal(c.subject); y := x.left; y.right }", ""},
		"an object by subject":  {"f(c) if { by := {d.subject: d | some d in input.certificates}; by.CN == c }", ""},
		"a function of its own": {"f(c) if data.transportcert.custom.g(c)\ng(c) if c.key_bits == 1", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "x.rego")
			require.NoError(t, os.WriteFile(path, []byte(use+test.rule+"\n"), 0o600))
			own, err := read([]string{path})
			require.NoError(t, err)
			problems, err := own.fields([]string{"reason", "thumbprint"})
			require.NoError(t, err)
			if test.expected == "" {
				require.Empty(t, problems)
				return
			}
			require.Equal(t, []Problem{{path, 8, test.expected}}, problems)
		})
	}
}

// An object that only a test creates does not add a field to the document.
func TestFieldsOfTests(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"x.rego:7: c has no key_bit; did you mean key_bits?",
		"x.rego:7: c.key_algorithm is never \"rsa\"; did you mean \"RSA\"?",
	}, checkText(t, map[string]string{
		"x.rego": `package transportcert.custom

ineligible contains {"thumbprint": c.thumbprint, "reason": "x"} if {
	some c in input.certificates
	weak(c)
}
weak(c) if { c.key_bit < 3072; c.key_algorithm == "rsa" }
`,
		"x_test.rego": `package transportcert.custom_test

import data.transportcert.custom

test_weak if {
	some case in [{"holds": true, "certificate": {"key_bit": 1, "key_algorithm": "rsa"}}]
	case.holds
	custom.weak(case.certificate)
}
`,
	}))
}

func TestHooksOfAnyValue(t *testing.T) {
	t.Parallel()
	const collection = "ineligible: expected a set of objects: ineligible contains {...}"
	for _, value := range []string{`"everything"`, "0", "null", "true", "{}"} {
		require.Equal(t, []string{collection}, checkText(t, map[string]string{"data.json": `{"transportcert": {"custom": {"ineligible": ` + value + `}}}`}), value)
	}
	require.Equal(t, []string{"x.rego:3: config: expected a default rule: if no rule applies, there is no decision"}, checkText(t, map[string]string{
		"x.rego": "package transportcert.custom\n\nconfig := {\"minimum_key_bits\": 3072} if startswith(input.server, \"EDGE\")\n",
	}))
	require.Equal(t, []string{"x.rego:5: METADATA: custom.id: expected letters, digits, _ and -, not beginning with TC, found \"TC004\""}, checkText(t, map[string]string{
		"x.rego": "package transportcert.custom\n\nx := 1\n\n# METADATA\n# title: x\n# custom:\n#   id: TC004\nfindings contains {\"rule_id\": \"C1\", \"severity\": \"info\", \"message\": \"x\"} if input.server\n",
	}))
}
