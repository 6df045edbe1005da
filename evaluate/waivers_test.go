package evaluate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"github.com/transportcert/transportcert/internal/bundles"
)

const loaded = "0123456789ABCDEF0123456789ABCDEF01234567"

const waiverJSON = `{"rule_id": "TC014", "server": "EX01", "reason": "moving", "expires": "2026-12-31"}`

func TestReadWaivers(t *testing.T) {
	t.Parallel()
	one := map[string]any{"rule_id": "TC014", "server": "EX01", "reason": "moving", "expires": "2026-12-31"}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("[" + waiverJSON + "]\r\n")
	require.NoError(t, err)
	tests := map[string]struct {
		text     string
		expected []any
	}{
		"JSON":                  {"[" + waiverJSON + "]", []any{one}},
		"JSON in an object":     {`{"waivers": [` + waiverJSON + "]}", []any{one}},
		"JSON with tabs":        {"[\n\t" + waiverJSON + ",\n\t" + waiverJSON + "\n]", []any{one, one}},
		"UTF-16":                {utf16, []any{one}},
		"UTF-8 with a mark":     {"\ufeff[" + waiverJSON + "]", []any{one}},
		"YAML":                  {"# of ours\n---\n- rule_id: TC014\n  server: EX01\n  reason: moving\n  expires: 2026-12-31\n", []any{one}},
		"YAML in an object":     {"waivers:\n  - {rule_id: TC014, server: EX01, reason: moving, expires: '2026-12-31'}\n", []any{one}},
		"none":                  {"waivers: []", []any{}},
		"numbers are texts":     {"- {rule_id: 1, thumbprint: 1234567890123456789012345678901234567890, server: 0x10, reason: 1.50, expires: 2026-12-31T23:59:59Z}", []any{map[string]any{"rule_id": "1", "thumbprint": "1234567890123456789012345678901234567890", "server": "0x10", "reason": "1.50", "expires": "2026-12-31T23:59:59Z"}}},
		"a reason of two lines": {"- rule_id: A1\n  server: a\n  expires: 2026-12-31\n  reason: |-\n    a\n    b\n", []any{map[string]any{"rule_id": "A1", "server": "a", "expires": "2026-12-31", "reason": "a\nb"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, err := readOne(waiverFile(t, test.text))
			require.NoError(t, err)
			for _, waiver := range read.Data["transportcert"].(map[string]any)["waivers"].([]any) {
				require.Regexp(t, `/waivers\.yaml:[0-9]+$`, waiver.(map[string]any)["at"])
				delete(waiver.(map[string]any), "at")
			}
			require.Equal(t, map[string]any{"transportcert": map[string]any{"waivers": test.expected}}, read.Data)
			require.Equal(t, []string{"transportcert/waivers"}, *read.Manifest.Roots)
		})
	}
}

func readOne(path string) (*bundle.Bundle, error) {
	return readWaivers([]waiverSource{{path: path}})
}

// The waivers of several files are combined, and each has its line.
func TestWaiversOfFiles(t *testing.T) {
	t.Parallel()
	first := waiverFile(t, "# ours\n- {rule_id: TC014, server: EX01, reason: x, expires: 2026-12-31}\n\n- rule_id: ORG1\n  thumbprint: "+loaded+"\n  reason: x\n  expires: 2026-12-31\n")
	second := waiverFile(t, "[\n"+waiverJSON+"]")
	e, err := New(t.Context(), WithWaivers(first), WithWaivers(""), WithWaivers(second))
	require.NoError(t, err)
	require.Equal(t, []Waiver{
		{At: first + ":2", RuleID: "TC014", Server: "EX01"},
		{At: first + ":4", RuleID: "ORG1", Thumbprint: loaded},
		{At: second + ":2", RuleID: "TC014", Server: "EX01"},
	}, e.Waivers())
	none, err := New(t.Context())
	require.NoError(t, err)
	require.Empty(t, none.Waivers())
}

func TestWaiverFaults(t *testing.T) {
	t.Parallel()
	with := func(field, value string) string {
		for _, line := range []string{`"rule_id": "TC014"`, `"server": "EX01"`, `"reason": "moving"`, `"expires": "2026-12-31"`} {
			if strings.HasPrefix(line, `"`+field+`"`) {
				return "[\n" + strings.Replace(waiverJSON, line, fmt.Sprintf("%q: %s", field, value), 1) + "\n]"
			}
		}
		return "[\n" + strings.Replace(waiverJSON, "}", fmt.Sprintf(", %q: %s}", field, value), 1) + "\n]"
	}
	const (
		aRule = "expected the id of a rule other than TC090 to TC099, which cannot be waived, found "
		aDay  = "expected a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ, found "
		words = "expected a non-empty string, found "
	)
	tests := map[string]struct {
		text     string
		expected []string // after the file's name
	}{
		"nothing":                  {"", []string{"expected an array of waivers, found nothing"}},
		"a comment":                {"# none\n", []string{"expected an array of waivers, found nothing"}},
		"null":                     {"null", []string{"line 1: the file: expected an array of waivers"}},
		"a text":                   {"TC014", []string{"line 1: the file: expected an array of waivers"}},
		"an empty object":          {"{}", []string{"expected an array of waivers, or an object with one in waivers"}},
		"another key":              {"waiver: []", []string{"line 1: waiver: unknown key: expected waivers"}},
		"no array":                 {"waivers: {}", []string{"line 1: waivers: expected an array of waivers"}},
		"no waiver":                {"[\n1,\n[]]", []string{"line 2: [0]: expected a waiver (an object)", "line 3: [1]: expected a waiver (an object)"}},
		"no YAML":                  {"[1", []string{"byte 2: the text ends too early: expected the rest of the JSON or YAML"}},
		"two documents":            {"[]\n---\n[]", []string{"expected JSON or YAML: expected one YAML document"}},
		"an alias":                 {"- &a " + waiverJSON + "\n- *a", []string{"line 2: [1]: expected a waiver (an object)"}},
		"key twice":                {with("reason2", `"x", "reason2": "y"`), []string{"line 2: [0].reason2: unknown key: expected rule_id, server, thumbprint, reason, expires", "line 2: [0].reason2: unknown key: expected rule_id, server, thumbprint, reason, expires"}},
		"known key twice":          {with("thumbprint", `"0123456789012345678901234567890123456789", "thumbprint": "x"`), []string{"line 2: [0].thumbprint: the key occurs twice"}},
		"misspelt key":             {with("expire", `"2026-12-31"`), []string{"line 2: [0].expire: unknown key: expected rule_id, server, thumbprint, reason, expires"}},
		"rule_id empty":            {with("rule_id", `" "`), []string{"line 2: [0].rule_id: " + aRule + `" "`}},
		"rule_id not to be waived": {with("rule_id", `"TC094"`), []string{"line 2: [0].rule_id: " + aRule + `"TC094"`}},
		"reason empty":             {with("reason", `""`), []string{"line 2: [0].reason: " + words + `""`}},
		"reason null":              {with("reason", `null`), []string{"line 2: [0].reason: " + words + `"null"`}},
		"reason a list":            {with("reason", `["a"]`), []string{"line 2: [0].reason: " + words + "none"}},
		"server an object":         {with("server", `{}`), []string{"line 2: [0].server: " + words + "none"}},
		"thumbprint short":         {with("thumbprint", `"12"`), []string{`line 2: [0].thumbprint: expected a thumbprint, 40 hex digits, found "12"`}},
		"day not in the calendar":  {with("expires", `"2027-02-29"`), []string{"line 2: [0].expires: " + aDay + `"2027-02-29"`}},
		"day without zeros":        {with("expires", `"2027-2-1"`), []string{"line 2: [0].expires: " + aDay + `"2027-2-1"`}},
		"time with fractions":      {with("expires", `"2027-02-01T00:00:00.5Z"`), []string{"line 2: [0].expires: " + aDay + `"2027-02-01T00:00:00.5Z"`}},
		"time not in UTC":          {with("expires", `"2027-02-01T00:00:00+01:00"`), []string{"line 2: [0].expires: " + aDay + `"2027-02-01T00:00:00+01:00"`}},
		"never":                    {with("expires", `"never"`), []string{"line 2: [0].expires: " + aDay + `"never"`}},
		"all missing": {"waivers:\n- {}", []string{
			"line 2: waivers[0].rule_id: missing: expected the id of a rule other than TC090 to TC099, which cannot be waived",
			"line 2: waivers[0].reason: missing: expected a non-empty string",
			"line 2: waivers[0].expires: missing: expected a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
			"line 2: waivers[0]: expected server or thumbprint, or both",
		}},
		"too long": {strings.Repeat("#", maxWaivers+1), []string{"expected at most 1048576 bytes, found more"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := waiverFile(t, test.text)
			_, err := readOne(path)
			require.EqualError(t, err, "reading waivers: "+path+": "+strings.Join(test.expected, "\n  "))
		})
	}

	_, err := readOne(waiverFile(t, "["+strings.Repeat("1,\n", 30)+"]"))
	require.ErrorContains(t, err, "line 20: [19]: expected a waiver (an object)\n  and 10 more")
	_, err = readOne("missing.yaml")
	require.EqualError(t, err, "reading waivers: missing.yaml: no such file or directory")
}

func waiverFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waivers.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// FuzzWaivers checks that the rules accept every waiver that was read.
func FuzzWaivers(f *testing.F) {
	shipped, err := bundles.Shipped()
	require.NoError(f, err)
	problem, err := rego.New(
		rego.ParsedBundle("embedded", shipped),
		rego.Query("data.transportcert.compliance.waiver_problem(input)"),
	).PrepareForEval(f.Context())
	require.NoError(f, err)
	f.Add([]byte("[" + waiverJSON + "]"))
	f.Add([]byte("waivers:\n- {rule_id: 1, thumbprint: 0123456789abcdefABCDEF012345678901234567, reason: 1.5, expires: 2026-12-31T23:59:59Z}"))
	f.Add([]byte("- rule_id: !!binary QQ==\n  server: a\n  reason: |\n    x\n  expires: 2024-02-29\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "waivers")
		require.NoError(t, os.WriteFile(path, text, 0o600))
		read, err := readOne(path)
		if err != nil {
			return
		}
		for _, waiver := range read.Data["transportcert"].(map[string]any)["waivers"].([]any) {
			results, err := problem.Eval(t.Context(), rego.EvalInput(waiver))
			require.NoError(t, err)
			require.Empty(t, results, "%v", waiver)
		}
	})
}
