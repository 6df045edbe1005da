package evaluate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/fixtures"
	"github.com/transportcert/transportcert/gather"
)

// The ranking has the certificates of the decision in its order, and calls best
// what the decision does.
func TestRankingIsThatOfTheDecision(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	because := map[string]bool{}
	for name, document := range fixtures.Documents(t) {
		decision, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(t, err, name)
		ranked, err := evaluator.Ranking(t.Context(), document)
		require.NoError(t, err, name)
		order, best := []string{}, (*string)(nil)
		for _, one := range ranked {
			order = append(order, one.Thumbprint)
			because[one.Because] = true
			if one.Because == "best" {
				best = &one.Thumbprint
			}
		}
		require.Equal(t, decision.InboundAnonymous.Eligible, order, name)
		require.Equal(t, decision.InboundAnonymous.Best, best, name)
	}
	require.Greater(t, len(because), 5, "the fixtures have many criteria")
}

// A document that is not valid is an error.
func TestRankingOfNoDocument(t *testing.T) {
	t.Parallel()
	evaluator := evaluatorWith(t)
	_, err := evaluator.Ranking(t.Context(), &gather.Document{Server: "EX01"})
	require.ErrorContains(t, err, "ranking the certificates of EX01: ")
}
