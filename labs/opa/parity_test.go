//go:build integration

package opa_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	decisionPath = "transportcert/server/decision"
	findingsPath = "transportcert/compliance/findings"
)

// A fixture is a document and, if the document is valid, its decision, worked
// out by hand.
type fixture struct {
	path     string
	text     []byte
	decision []byte
}

// An answer is the answer of a program for a fixture.
type answer struct{ decision, findings any }

// TestParity checks that every program that can run the bundle gives the same
// answer for every fixture.
func TestParity(t *testing.T) {
	l := newLab(t)
	l.configure()
	l.run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "private.pem")
	l.run("openssl", "pkey", "-in", "private.pem", "-pubout", "-out", "public.pem")
	l.run("transportcert", "bundle", "build", "-o", "unsigned.tar.gz")
	l.run("transportcert", "bundle", "sign", "unsigned.tar.gz", "--signing-key", "private.pem", "-o", "www/transportcert.tar.gz")
	reference := "oci://" + l.registry + "/policies/transportcert:v1"
	l.run("transportcert", "bundle", "push", "www/transportcert.tar.gz", reference, "--ca", "ca.pem")
	for folder, bundle := range map[string]string{"unsigned": "unsigned.tar.gz", "signed": "www/transportcert.tar.gz"} {
		require.NoError(t, os.Mkdir(l.path(folder), 0o755))
		l.run("tar", "-xzf", bundle, "-C", folder)
	}

	fixtures := readFixtures(t)
	expected := l.eval(t, fixtures)
	for i, fixture := range fixtures {
		requireHandMade(t, fixture, expected[i])
	}
	key := []string{"--set-file", "keys.default.key=public.pem"}
	raw := map[string]func(*testing.T) []answer{
		"opa exec":          func(t *testing.T) []answer { return l.exec(t, fixtures) },
		"conftest test":     func(t *testing.T) []answer { return l.conftest(t, fixtures) },
		"opa run":           func(t *testing.T) []answer { return l.serve(t, fixtures, "-b", "unsigned.tar.gz") },
		"opa run, a folder": func(t *testing.T) []answer { return l.serve(t, fixtures, "-b", "unsigned") },
		"opa run, signed": func(t *testing.T) []answer {
			return l.serve(t, fixtures, "-b", "www/transportcert.tar.gz", "--verification-key", "public.pem")
		},
		"opa run, from nginx":    func(t *testing.T) []answer { return l.serve(t, fixtures, append(key, "-c", "opa-https.yaml")...) },
		"opa run, from registry": func(t *testing.T) []answer { return l.serve(t, fixtures, append(key, "-c", "opa-oci.yaml")...) },
	}
	for name, ask := range raw {
		t.Run(name, func(t *testing.T) {
			for i, found := range ask(t) {
				require.Equal(t, expected[i], found, fixtures[i].path)
			}
		})
	}
	signed := []string{"--verification-key", "public.pem"}
	for name, flags := range map[string][]string{
		"embedded":      nil,
		"a file":        {"--bundle", "unsigned.tar.gz"},
		"a folder":      {"--bundle", "unsigned"},
		"a signed file": append(signed, "--bundle", "www/transportcert.tar.gz"),
		"signed folder": append(signed, "--bundle", "signed"),
		"a registry":    append(signed, "--bundle", reference, "--ca", "ca.pem"),
	} {
		t.Run("transportcert evaluate, "+name, func(t *testing.T) { l.evaluate(t, fixtures, expected, flags) })
	}
}

func readFixtures(t *testing.T) []fixture {
	t.Helper()
	var fixtures []fixture
	for _, pattern := range []string{"../../fixtures/[0-9]*/input.json", "../../fixtures/invalid/*/input.json"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.Greater(t, len(paths), 30)
		for _, path := range paths {
			path, err := filepath.Abs(path)
			require.NoError(t, err)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			decision, err := os.ReadFile(filepath.Join(filepath.Dir(path), "decision.json"))
			require.Equal(t, strings.Contains(path, "/invalid/"), err != nil)
			fixtures = append(fixtures, fixture{path, text, decision})
		}
	}
	return fixtures
}

func (f fixture) valid() bool { return f.decision != nil }

// requireHandMade compares an answer with what a person wrote. The policies
// decide for documents that only Go rejects.
func requireHandMade(t *testing.T, f fixture, found answer) {
	t.Helper()
	decision := found.decision.(map[string]any)
	name := filepath.Base(filepath.Dir(f.path))
	if !f.valid() {
		onlyGoAsks := slices.Contains([]string{"unknown-key", "unknown-auth-mechanism", "unknown-role", "host-name-empty"}, name)
		require.Equal(t, onlyGoAsks, len(decision["input_errors"].([]any)) == 0, name)
		return
	}
	withoutProse := decode(t, encode(t, decision)).(map[string]any)
	prose := []string{"message", "remediation", "action"}
	if !bytes.Contains(f.decision, []byte(`"inbound_anonymous"`)) { // written before there were other scenarios
		withoutProse = withoutProse["inbound_anonymous"].(map[string]any)
		delete(withoutProse, "procedure")
		prose = append(prose, "connector")
	}
	for _, value := range withoutProse {
		if scenario, ok := value.(map[string]any); ok {
			removeFromEvents(scenario, prose)
		}
	}
	removeFromEvents(withoutProse, prose)
	require.JSONEq(t, string(f.decision), string(encode(t, withoutProse)), name)
}

func removeFromEvents(decision map[string]any, fields []string) {
	events, _ := decision["events"].([]any)
	for _, event := range events {
		for _, field := range fields {
			delete(event.(map[string]any), field)
		}
	}
}

// eval uses opa eval, fixture by fixture.
func (l *lab) eval(t *testing.T, fixtures []fixture) []answer {
	answers := make([]answer, len(fixtures))
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.NumCPU())
	for i, fixture := range fixtures {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			query := "[data." + strings.ReplaceAll(decisionPath, "/", ".") + ", data." + strings.ReplaceAll(findingsPath, "/", ".") + "]"
			stdout, stderr, code := l.try("opa", "eval", "-b", "unsigned.tar.gz", "-i", fixture.path, "--format", "raw", query)
			var pair [2]any
			if err := json.Unmarshal([]byte(stdout), &pair); code != 0 || err != nil {
				t.Errorf("%s: %v\n%s%s", fixture.path, err, stdout, stderr)
			}
			answers[i] = answer{pair[0], pair[1]}
		})
	}
	wait.Wait()
	require.False(t, t.Failed())
	return answers
}

// exec uses opa exec, once for all fixtures.
func (l *lab) exec(t *testing.T, fixtures []fixture) []answer {
	answers := make([]answer, len(fixtures))
	ask := func(path string, take func(*answer, any)) {
		output := l.run("opa", append([]string{"exec", "-b", "unsigned.tar.gz", "--decision", path}, paths(fixtures)...)...)
		var parsed struct {
			Result []struct {
				Path   string
				Result any
			}
		}
		require.NoError(t, json.Unmarshal([]byte(output), &parsed))
		byPath := map[string]any{}
		for _, result := range parsed.Result {
			byPath[strings.Trim(result.Path, "/")] = result.Result
		}
		for i, fixture := range fixtures {
			take(&answers[i], byPath[strings.Trim(fixture.path, "/")])
		}
	}
	ask(decisionPath, func(a *answer, result any) { a.decision = result })
	ask(findingsPath, func(a *answer, result any) { a.findings = result })
	return answers
}

// conftest uses conftest, once for all fixtures, with a rule that denies every
// document and gives the answer as its message.
func (l *lab) conftest(t *testing.T, fixtures []fixture) []answer {
	l.write("parity.rego", `package parity
deny contains {
	"msg": "the answer",
	"decision": data.transportcert.server.decision,
	"findings": data.transportcert.compliance.findings,
}`)
	args := append([]string{"test", "-p", "unsigned", "-p", "parity.rego", "-d", "unsigned/data.json", "-n", "parity", "-o", "json", "--no-fail"}, paths(fixtures)...)
	var parsed []struct {
		Filename string
		Failures []struct{ Metadata map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(l.run("conftest", args...)), &parsed))
	byPath := map[string]answer{}
	for _, result := range parsed {
		require.Len(t, result.Failures, 1, result.Filename)
		found := result.Failures[0].Metadata
		byPath[result.Filename] = answer{found["decision"], found["findings"]}
	}
	answers := make([]answer, len(fixtures))
	for i, fixture := range fixtures {
		answers[i] = byPath[fixture.path]
	}
	return answers
}

// serve queries an OPA server over REST, fixture by fixture.
func (l *lab) serve(t *testing.T, fixtures []fixture, args ...string) []answer {
	_, stop := l.startOPA(l.opa, args...)
	defer stop()
	ask := func(path string, document []byte) any {
		response, err := http.Post("http://"+l.opa+"/v1/data/"+path, "application/json", bytes.NewReader(document))
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		var parsed struct{ Result any }
		require.NoError(t, json.NewDecoder(response.Body).Decode(&parsed))
		return parsed.Result
	}
	answers := make([]answer, len(fixtures))
	for i, fixture := range fixtures {
		document := encode(t, map[string]any{"input": json.RawMessage(fixture.text)})
		answers[i] = answer{ask(decisionPath, document), ask(findingsPath, document)}
	}
	return answers
}

// evaluate compares our decisions with those of OPA, and checks that invalid
// documents are rejected.
func (l *lab) evaluate(t *testing.T, fixtures []fixture, expected []answer, flags []string) {
	flags = append([]string{"evaluate", "-o", "ndjson"}, flags...)
	var valid, invalid []string
	var decisions []any
	for i, fixture := range fixtures {
		if fixture.valid() {
			valid, decisions = append(valid, fixture.path), append(decisions, expected[i].decision)
		} else {
			invalid = append(invalid, fixture.path)
		}
	}
	stdout, stderr, code := l.try("transportcert", append(flags, invalid...)...)
	require.Equal(t, 2, code, stderr)
	require.Empty(t, stdout)
	for _, path := range invalid {
		require.Contains(t, stderr, "transportcert: "+path+":")
	}
	stdout, stderr, code = l.try("transportcert", append(flags, valid...)...)
	require.Less(t, code, 2, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, len(valid))
	for i, line := range lines {
		require.Equal(t, decisions[i], decode(t, []byte(line)), valid[i])
	}
}

func paths(fixtures []fixture) []string {
	var all []string
	for _, fixture := range fixtures {
		all = append(all, fixture.path)
	}
	return all
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

func decode(t *testing.T, text []byte) (value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &value))
	return value
}
