package documents_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

const clock = "2026-11-22T07:00:00Z"

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := documents.Document().Draw(t, "document")
		text, err := json.Marshal(doc)
		require.NoError(t, err)
		back, err := gather.Decode(text)
		require.NoError(t, err)
		require.Equal(t, oracle.Decide(doc, clock), oracle.Decide(back, clock))
	})
}

func TestJSONIsValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, err := gather.Decode(documents.JSON().Draw(t, "document"))
		require.NoError(t, err)
	})
}

// A differential test tells nothing about what its documents never reach: each
// outcome below comes up in at least one document of a hundred.
func TestDocumentReachesEveryOutcome(t *testing.T) {
	t.Parallel()
	const many = 3000
	seen := map[string]int{}
	generator := documents.Document()
	for seed := range many {
		for outcome := range outcomes(generator.Example(seed)) {
			seen[outcome]++
		}
	}
	for _, outcome := range []string{
		"advertised", "connector_disabled", "exchange_server_auth_disabled", "directory_unreadable", "directory_null", "certificate_not_found",
		"no connectors", "empty store", "eight certificates",
		"session 12013", "session 12015", "session 1037", "startup 12012", "startup 12013", "startup 12015", "startup 1037",
		"12012 without ExchangeServer", "mismatch without 1037",
		"version_below_3", "no_private_key", "private_key_unknown", "name_mismatch", "smtp_not_enabled", "services_unknown", "four reasons",
		"pki", "self_signed", "eligible but no best", "matches", "pki is not the first", "tie", "expired", "not expired", "ends now", "NLB names",
	} {
		require.Greater(t, seen[outcome], many/100, outcome)
	}
	require.Zero(t, seen["session 12012"])
}

func outcomes(doc *gather.Document) map[string]bool {
	d := oracle.Decide(doc, clock)
	is := map[string]bool{
		"no connectors":      len(d.Connectors) == 0,
		"empty store":        len(doc.Certificates) == 0,
		"eight certificates": len(doc.Certificates) == 8,
		"NLB names":          len(doc.Host.NLBClusterNames) > 0,
		"expired":            d.Expired != nil && *d.Expired,
		"not expired":        d.Expired != nil && !*d.Expired,
		"matches":            d.MatchesBest != nil && *d.MatchesBest,
	}
	exchangeServer := false
	for _, c := range d.Connectors {
		exchangeServer = exchangeServer || c.StoppedAt == nil || *c.StoppedAt == "certificate_not_found" ||
			*c.StoppedAt == "directory_null" || *c.StoppedAt == "directory_unreadable"
		if c.StoppedAt == nil {
			is["advertised"] = true
		} else {
			is[*c.StoppedAt] = true
		}
	}
	for _, e := range d.Events {
		is[fmt.Sprint(d.Phase, " ", e.ID)] = true
		if e.ID == 12012 && !exchangeServer {
			is["12012 without ExchangeServer"] = true
		}
	}
	is["mismatch without 1037"] = d.MatchesBest != nil && !*d.MatchesBest && !is["session 1037"] && !is["startup 1037"]
	for _, reasons := range d.Ineligible {
		for _, r := range reasons {
			is[r] = true
		}
		is["four reasons"] = is["four reasons"] || len(reasons) == 4
	}
	if d.BestKind != nil {
		is[*d.BestKind] = true
		is["pki is not the first"] = *d.BestKind == "pki" && *d.Best != d.Eligible[0]
	} else if len(d.Eligible) > 0 {
		is["eligible but no best"] = true
	}
	begins := map[string]string{}
	for _, c := range doc.Certificates {
		begins[c.Thumbprint] = c.NotBefore
		if d.Certificate != nil && c.Thumbprint == *d.Certificate {
			is["ends now"] = c.NotAfter == d.EvaluatedAt
		}
	}
	for i := 1; i < len(d.Eligible); i++ {
		is["tie"] = is["tie"] || begins[d.Eligible[i-1]] == begins[d.Eligible[i]]
	}
	for outcome, yes := range is {
		if !yes {
			delete(is, outcome)
		}
	}
	return is
}
