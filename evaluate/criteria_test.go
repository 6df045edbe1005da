package evaluate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

func TestCriterion(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../fixtures/01-as-installed/input.json")
	require.NoError(t, err)
	document, err := gather.Decode(text)
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "own.rego"), []byte(`# METADATA
# title: The package
package transportcert.custom

# METADATA
# title: Weak key
ineligible contains {"thumbprint": certificate.thumbprint, "reason": "weak_key"} if some certificate in input.certificates

ineligible contains {"thumbprint": certificate.thumbprint, "reason": "untitled"} if some certificate in input.certificates

# METADATA
# title: Not in the head
ineligible contains found if {
	some certificate in input.certificates
	found := {"thumbprint": certificate.thumbprint, "reason": "elsewhere"}
}
`), 0o600))
	evaluator, err := evaluate.New(t.Context(), evaluate.WithPolicies(folder))
	require.NoError(t, err)
	decision, err := evaluator.Evaluate(t.Context(), document)
	require.NoError(t, err)
	checked, err := evaluator.Check(t.Context(), document)
	require.NoError(t, err)
	for _, d := range []*evaluate.Decision{decision, checked.Decision} {
		require.Equal(t, []string{"elsewhere", "untitled", "weak_key"}, d.InboundAnonymous.CustomizedBy)
		require.Equal(t, "Weak key", d.Criterion("weak_key"))
		for _, without := range []string{"untitled", "elsewhere", "name_mismatch"} {
			require.Empty(t, d.Criterion(without), without)
		}
	}
}
