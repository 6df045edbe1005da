package policytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/internal/bundles"
)

const example = "../../examples/custom"

func TestTheExampleIsCovered(t *testing.T) {
	t.Parallel()
	report, err := Run(t.Context(), []string{example}, Options{Deadline: time.Minute, Coverage: true})
	require.NoError(t, err)
	require.True(t, report.Passed(), report.Tests)
	require.Len(t, report.Tests, 9)
	require.Equal(t, 100.0, report.Coverage.Percent)
	require.Positive(t, report.Coverage.Lines)
	require.Empty(t, report.Coverage.NotCovered)
}

func TestTheExampleIsInOrder(t *testing.T) {
	t.Parallel()
	checked, err := Check(t.Context(), []string{example})
	require.NoError(t, err)
	require.Empty(t, checked.Problems)
	require.Empty(t, checked.Unformatted)
	require.Equal(t, 7, checked.Files)
}

func TestTheExampleIsDescribed(t *testing.T) {
	t.Parallel()
	own, err := load(t.Context(), []string{example})
	require.NoError(t, err)
	rules := 0
	for _, file := range own.rules {
		described := map[string]bool{} // by a METADATA block for all rules with the name
		for _, rule := range file.Parsed.Rules {
			rules++
			for _, annotations := range rule.Annotations {
				require.NotEmpty(t, annotations.Title, rule.Location)
				require.NotEmpty(t, annotations.Description, rule.Location)
				described[rule.Ref().String()] = described[rule.Ref().String()] || annotations.Scope == "document"
			}
			require.True(t, len(rule.Annotations) > 0 || described[rule.Ref().String()], "%s: %s has no METADATA", rule.Location, rule.Ref())
		}
	}
	require.Equal(t, 9, rules)
}

// The tables in docs/extending.md agree with the shipped rules.
func TestTheHooksAreDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/extending.md")
	require.NoError(t, err)
	shipped, err := bundles.Shipped()
	require.NoError(t, err)
	rows := 0
	for _, test := range []struct {
		rule string
		row  func(name string, value any) string
	}{
		{"thresholds", func(name string, value any) string {
			threshold := value.(map[string]any)
			return fmt.Sprintf("| `%s` | %v | %v | ", name, threshold["default"], threshold["limit"])
		}},
		{"custom_fields", func(name string, value any) string { return fmt.Sprintf("| `%s` | %s |", name, value) }},
		{"optional_custom_fields", func(name string, value any) string { return fmt.Sprintf("| `%s` | optional: %s |", name, value) }},
	} {
		results, err := rego.New(rego.ParsedBundle("shipped", shipped), rego.Query("data.transportcert.compliance."+test.rule)).Eval(t.Context())
		require.NoError(t, err)
		fields := results[0].Expressions[0].Value.(map[string]any)
		require.NotEmpty(t, fields)
		for name, value := range fields {
			require.Contains(t, string(text), "\n"+test.row(name, value))
		}
		rows += len(fields)
	}
	// The two fields of ineligible are not in a table of the rules.
	tables, _, _ := strings.Cut(string(text), "## What rules cannot do")
	require.Equal(t, rows+2, strings.Count(tables, "\n| `"))
}

// OPA compares these two types leaf by leaf, which takes half a minute.
func TestEndlessCompilation(t *testing.T) {
	t.Parallel()
	rule := "package transportcert.custom\na0 := [1]\nb0 := [2]\n"
	for i := range 14 {
		rule += fmt.Sprintf("a%d := [a%[2]d, a%[2]d]\nb%[1]d := [b%[2]d, b%[2]d]\n", i+1, i)
	}
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "x.rego"), []byte(rule+"x if a14 == b14\n"), 0o600))
	ctx, cancel := context.WithTimeoutCause(t.Context(), 200*time.Millisecond, errors.New("too late"))
	defer cancel()
	_, err := Check(ctx, []string{folder})
	require.EqualError(t, err, "too late")
	_, err = Run(ctx, []string{folder}, Options{Deadline: time.Minute})
	require.ErrorContains(t, err, "too late")
}
