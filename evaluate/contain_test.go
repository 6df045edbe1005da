package evaluate_test

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
)

// entrances returns every way in which the same third-party files can be
// loaded.
func entrances(t *testing.T, files map[string]string) map[string]evaluate.Option {
	t.Helper()
	folder := folderOf(t, files)
	bundle := maps.Clone(files)
	if bundle[".manifest"] == "" {
		bundle[".manifest"] = `{"roots": ["transportcert/custom"]}`
	}
	return map[string]evaluate.Option{
		"--policy FOLDER": evaluate.WithPolicies(folder),
		"--bundle FOLDER": evaluate.WithBundle(folderOf(t, bundle)),
		"--bundle FILE":   evaluate.WithBundle(archiveOf(t, bundle)),
	}
}

func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return folder
}

func archiveOf(t *testing.T, files map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle.tar.gz")
	file, err := os.Create(path)
	require.NoError(t, err)
	zip := gzip.NewWriter(file)
	archive := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(files[name]))}))
		_, err := archive.Write([]byte(files[name]))
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(archive.Close(), zip.Close(), file.Close()))
	return path
}

func TestPoliciesHaveNoWayOut(t *testing.T) {
	t.Parallel()
	calls := map[string]string{
		`http.send({"method": "get", "url": "http://127.0.0.1:1/"})`: "it reaches the network",
		`net.lookup_ip_addr("localhost")`:                            "it reaches the network",
		`opa.runtime()`:                                              "it reads the environment",
		`json.match_schema({}, {"$ref": "file:///etc/passwd"})`:      "a $ref in the schema reads files",
		`json.verify_schema({"$ref": "file:///etc/passwd"})`:         "a $ref in the schema reads files",
		`trace("x")`:                       "it writes to a trace",
		`net.cidr_expand("::/0")`:          "2^128 addresses",
		`bits.lsh(1, 4611686018427387904)`: "more memory than there is",
		`graph.reachable({}, [])`:          "exponentially",
		`graph.reachable_paths({}, [])`:    "exponentially",
		`strings.render_template("", {})`:  "ignores the deadline",
		`glob.match("{a}", [], "a")`:       "overflow the stack; regex.match does the same",
		`graphql.is_valid("", "")`:         "overflow the stack",
		`graphql.parse("", "")`:            "overflow the stack",
		`graphql.parse_and_verify("", "")`: "overflow the stack",
		`graphql.parse_query("")`:          "overflow the stack",
		`graphql.parse_schema("")`:         "overflow the stack",
		`graphql.schema_is_valid("")`:      "overflow the stack",
		`json.patch({}, [])`:               "overflow the stack",
		`rego.parse_module("", "")`:        "all memory",
	}
	for call, reason := range calls {
		name, _, _ := strings.Cut(call, "(")
		rule := "package transportcert.custom\nineligible contains x if x := " + call
		for entrance, option := range entrances(t, map[string]string{"custom.rego": rule}) {
			if entrance != "--policy FOLDER" && name != "http.send" {
				continue // the same list of functions applies to all
			}
			_, err := evaluate.New(t.Context(), option)
			require.ErrorContains(t, err, "undefined function "+name+", which policies may not use: ", entrance)
			require.ErrorContains(t, err, reason)
			require.ErrorContains(t, err, "custom.rego:2")
		}
	}
}

// OPA would read a file that a schema in METADATA names, and print its content.
func TestMetadataReadsNoFiles(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(write(t, "secret", "no JSON"), "secret")
	rule := fmt.Sprintf(`# METADATA
# scope: package
# schemas:
#   - input: {"$ref": "file://%s"}
package transportcert.custom

# METADATA
# schemas:
#   - input: {"$ref": "file://%[1]s"}
ineligible contains {"thumbprint": certificate.thumbprint, "reason": "ours"} if some certificate in input.certificates
`, filepath.ToSlash(secret))
	for entrance, option := range entrances(t, map[string]string{"custom.rego": rule}) {
		evaluator := evaluatorWith(t, option)
		document, _ := server(t)
		decision, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(t, err, entrance)
		require.Equal(t, []string{"ours"}, decision.InboundAnonymous.CustomizedBy, entrance)
	}
}

func TestShippedRulesCannotBeChanged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files    map[string]string
		expected string
	}{
		"data over the package": {
			map[string]string{"data.json": `{"transportcert": {"inbound_anonymous": {"decision": {"events": []}}}}`},
			`found data\.transportcert\.inbound_anonymous|roots \[transportcert/custom\] do not permit data at path`,
		},
		"data over everything": {
			map[string]string{"data.json": `{"transportcert": null}`},
			`found data\.transportcert|roots .* do not permit data`,
		},
		"YAML over a rule": {
			map[string]string{"transportcert/inbound_anonymous/best/data.yaml": `x: 1`},
			`found data\.transportcert\.inbound_anonymous|roots .* do not permit data`,
		},
		"a rule in the package": {
			map[string]string{"x.rego": "package transportcert.inbound_anonymous\nbest := null"},
			`expected package transportcert\.custom, found package transportcert\.inbound_anonymous|roots .* do not permit 'package transportcert\.inbound_anonymous'`,
		},
		"a rule above": {
			map[string]string{"x.rego": "package transportcert\ninbound_anonymous.best := null"},
			`expected package transportcert\.custom, found package transportcert|roots .* do not permit 'package transportcert'`,
		},
		"a rule of conftest": {
			map[string]string{"x.rego": "package main\ndeny := set()"},
			`expected package transportcert\.custom, found package main|roots .* do not permit 'package main'`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for entrance, option := range entrances(t, test.files) {
				_, err := evaluate.New(t.Context(), option)
				require.Error(t, err, entrance)
				require.Regexp(t, test.expected, err.Error(), entrance)
			}
		})
	}
}

func TestABundleThatClaimsAShippedRootToo(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"transportcert/compliance", "main", "transportcert/inbound_anonymous/best"} {
		files := map[string]string{".manifest": fmt.Sprintf(`{"roots": ["transportcert/custom", %q]}`, root)}
		for _, option := range []evaluate.Option{evaluate.WithBundle(folderOf(t, files)), evaluate.WithBundle(archiveOf(t, files))} {
			_, err := evaluate.New(t.Context(), option)
			require.ErrorContains(t, err, "overlapping roots in manifests")
			require.ErrorContains(t, err, root)
		}
	}
}

// An endless evaluation ends at the deadline.
func TestEndlessRules(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"comprehension": `
ineligible contains entry if {
	some i in numbers.range(1, 100000)
	some j in numbers.range(1, 100000)
	i * j == 0
	entry := {}
}`,
		"many numbers": `
ineligible contains entry if some entry in numbers.range(1, 1000000000000)`,
	}
	for name, rule := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for entrance, option := range entrances(t, map[string]string{"custom.rego": "package transportcert.custom\n" + rule}) {
				evaluator := evaluatorWith(t, option, evaluate.WithDeadline(200*time.Millisecond))
				document, _ := server(t)
				_, err := evaluator.Evaluate(t.Context(), document)
				require.EqualError(t, err, "evaluating the document of EX01: timed out after 200ms", entrance)
			}
		})
	}
}

// OPA takes ten seconds to multiply numbers of two million digits, and does not
// check the context in the meantime.
func TestAnEndlessMultiplication(t *testing.T) {
	t.Parallel()
	evaluator, err := evaluate.New(t.Context(), evaluate.WithDeadline(200*time.Millisecond),
		evaluate.WithPolicies(write(t, "custom.rego", `package transportcert.custom
four := concat("", ["9999" | some i in numbers.range(1, 1000)])
digits := concat("", [four | some i in numbers.range(1, 500)])
ineligible contains entry if {
	entry := json.unmarshal(digits) * 2
	entry == 0
}`)))
	require.NoError(t, err)
	document, _ := server(t)
	begin := time.Now()
	_, err = evaluator.Evaluate(t.Context(), document)
	require.EqualError(t, err, "evaluating the document of EX01: timed out after 200ms")
	require.Less(t, time.Since(begin), 8*time.Second)
}

// OPA takes half a minute or more to compile each of these.
func TestEndlessCompilation(t *testing.T) {
	t.Parallel()
	types := "a0 := [1]\nb0 := [2]\n" // it compares these two types leaf by leaf
	for i := range 14 {
		types += fmt.Sprintf("a%d := [a%[2]d, a%[2]d]\nb%[1]d := [b%[2]d, b%[2]d]\n", i+1, i)
	}
	types += "ineligible contains 1 if a14 == b14\n"
	rules := "a0 := input.server\n"
	for i := range 40_000 {
		rules += fmt.Sprintf("a%d := a%d\n", i+1, i)
	}
	comprehensions := "x if {\n" + strings.Repeat("y := [z | z := input.server\n", 60) + strings.Repeat("]\n", 60) + "}\n"
	for name, rule := range map[string]string{"types": types, "a chain of rules": rules, "comprehensions": comprehensions} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, errors.New("too late"))
			defer cancel()
			begin := time.Now()
			_, err := evaluate.New(ctx, evaluate.WithPolicies(write(t, "custom.rego", "package transportcert.custom\n"+rule)))
			require.ErrorContains(t, err, "ing the policies: too late") // reading or compiling
			require.Less(t, time.Since(begin), 8*time.Second)
		})
	}
}

// raceDetector reports whether it is enabled. It needs several times the memory
// and time.
var raceDetector = false

// Not parallel: the heap is shared by all tests.
func TestMemoryIsBounded(t *testing.T) {
	if raceDetector {
		t.Skip("it would need more memory than a machine of CI has")
	}
	rule := "package transportcert.custom\na0 := input.server\n"
	for i := range 40 {
		rule += fmt.Sprintf("a%d := concat(a%[2]d, [\"\", \"\", \"\"])\n", i+1, i)
	}
	rule += "ineligible contains a40\n"
	evaluator := evaluatorWith(t, evaluate.WithPolicies(write(t, "custom.rego", rule)))
	document, _ := server(t)
	_, err := evaluator.Evaluate(t.Context(), document)
	require.EqualError(t, err, "evaluating the document of EX01: it needs more than 2147483648 bytes of memory")
}

func TestADecisionIsBounded(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("it would take longer than the deadline")
	}
	evaluator, err := evaluate.New(t.Context(), evaluate.WithPolicies(write(t, "custom.rego", `package transportcert.custom
ineligible contains {"thumbprint": thumbprint, "reason": reason} if {
	thumbprint := input.certificates[0].thumbprint
	some i in numbers.range(1, 1024)
	reason := sprintf("%d%0*d", [i, 70000, 0])
}`)))
	require.NoError(t, err)
	document, _ := server(t)
	_, err = evaluator.Evaluate(t.Context(), document)
	require.ErrorContains(t, err, "expected a decision of at most 67108864 bytes")
}

// Go's regular expressions take linear time, and as much memory as a pattern
// with a thousand repetitions needs.
func TestRegularExpressions(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`^(a|a)*$`, `^(a*)*b$`, `^((a{1,100}){1,100}){1,100}$`, `(x+x+)+y`} {
		evaluator, err := evaluate.New(t.Context(), evaluate.WithPolicies(write(t, "custom.rego", `package transportcert.custom
ineligible contains {"thumbprint": certificate.thumbprint, "reason": "regex"} if {
	some certificate in input.certificates
	not regex.match("`+pattern+`", sprintf("%s!", [concat("", ["a" | some i in numbers.range(1, 1000)])]))
}`)))
		require.NoError(t, err)
		document, _ := server(t)
		_, err = evaluator.Evaluate(t.Context(), document)
		require.NoError(t, err, pattern)
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	aliases := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		aliases += fmt.Sprintf("a%d: &a%[1]d [%[2]s]\n", i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	tests := map[string]struct {
		name, text, expected string
	}{
		"JSON":    {"transportcert/custom/data.json", `{"x": ` + nested(100_000) + `}`, "exceeded max depth"},
		"YAML":    {"transportcert/custom/data.yaml", "x: " + nested(100_000), "exceeded max depth"},
		"aliases": {"transportcert/custom/data.yaml", aliases, "excessive aliasing"},
		"Rego":    {"x.rego", "package transportcert.custom\nx := " + nested(400_000), "max parsing recursion depth exceeded"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for entrance, option := range entrances(t, map[string]string{test.name: test.text}) {
				_, err := evaluate.New(t.Context(), option)
				require.ErrorContains(t, err, test.expected, entrance)
			}
		})
	}
}
