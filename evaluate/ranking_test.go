package evaluate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// The ranking has the certificates of the decision in its order, and calls best
// what the decision does.
func TestRankingIsThatOfTheDecision(t *testing.T) {
	t.Parallel()
	evaluator, err := evaluate.New(t.Context())
	require.NoError(t, err)
	paths, err := filepath.Glob("../fixtures/*/input.json")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	because := map[string]bool{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		document, err := gather.Decode(text)
		if err != nil {
			continue // an invalid document
		}
		decision, err := evaluator.Evaluate(t.Context(), document)
		require.NoError(t, err, path)
		ranked, err := evaluator.Ranking(t.Context(), document)
		require.NoError(t, err, path)
		order, best := []string{}, (*string)(nil)
		for _, one := range ranked {
			order = append(order, one.Thumbprint)
			because[one.Because] = true
			if one.Because == "best" {
				best = &one.Thumbprint
			}
		}
		require.Equal(t, decision.InboundAnonymous.Eligible, order, path)
		require.Equal(t, decision.InboundAnonymous.Best, best, path)
	}
	require.Greater(t, len(because), 5, "the fixtures have many criteria")
}

// A document that is not valid is an error.
func TestRankingOfNoDocument(t *testing.T) {
	t.Parallel()
	evaluator, err := evaluate.New(t.Context())
	require.NoError(t, err)
	_, err = evaluator.Ranking(t.Context(), &gather.Document{Server: "EX01"})
	require.ErrorContains(t, err, "ranking the certificates of EX01: ")
}
