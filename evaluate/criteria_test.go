package evaluate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/fixtures"
)

func TestCriterion(t *testing.T) {
	t.Parallel()
	document := fixtures.Document(t, "01-as-installed")
	folder := write(t, "own.rego", `# METADATA
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
`)
	evaluator := evaluatorWith(t, evaluate.WithPolicies(folder))
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
