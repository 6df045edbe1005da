package transportcert_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/oracle"
	"github.com/transportcert/transportcert/internal/oracle/documents"
)

// TestForecast compares the forecast for generated documents with the decisions
// of the oracle at every second that one of their dates names, and at the
// seconds before and after.
func TestForecast(t *testing.T) {
	const days = 800
	clock := at(t, "2026-11-22T07:00:00Z")
	evaluator, err := evaluate.New(t.Context(), evaluate.WithForecastDays(days), evaluate.WithClock(func() time.Time { return clock }))
	require.NoError(t, err)
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		document := documents.Document().Draw(rt, "document")
		spread(rt, document, clock)
		from := clock
		if document.Now != "" {
			from = at(rt, document.Now)
		}
		until := from.AddDate(0, 0, days)

		var expected []evaluate.Change
		before := decided(document, from)
		for _, moment := range moments(rt, document, from, until) {
			second := decided(document, moment.Add(-time.Second))
			require.Empty(rt, changes(before, second, ""), "between two moments")
			after := decided(document, moment)
			expected = append(expected, changes(second, after, moment.Format(gather.TimeFormat))...)
			before = after
		}
		require.Empty(rt, changes(before, decided(document, until), ""), "after the last moment")

		forecast, err := evaluator.Forecast(t.Context(), document)
		require.NoError(rt, err)
		require.Equal(rt, from.Format(gather.TimeFormat), forecast.From)
		require.Equal(rt, until.Format(gather.TimeFormat), forecast.Until)
		require.False(rt, forecast.Omitted)
		found := slices.Clone(forecast.Changes)
		for i, change := range found {
			require.NotEmpty(rt, forecast.Sentences[i])
			second := at(rt, change.At).Add(-time.Second).Format(gather.TimeFormat) // the last second before something expires
			require.Regexp(rt, "becomes valid on "+change.At+"|expires on "+second, change.Because)
			found[i].Because = ""
			seen[change.Field]++
		}
		require.True(rt, slices.IsSortedFunc(found, func(a, b evaluate.Change) int { return at(rt, a.At).Compare(at(rt, b.At)) }))
		require.ElementsMatch(rt, expected, found)
	})
	for _, field := range []string{"certificate_kind", "expired", "best", "event"} { // frequent changes
		require.NotZero(t, seen[field], "%s never changed: %v", field, seen)
	}
}

// TestForecastWithOPAAlone compares our evaluator's forecast for each fixture
// with that of the policies in plain OPA.
func TestForecastWithOPAAlone(t *testing.T) {
	evaluator, err := evaluate.New(t.Context())
	require.NoError(t, err)
	policies := asked(t, "data.transportcert.forecast.timeline")
	inputs, err := filepath.Glob("fixtures/[0-9]*/input.json")
	require.NoError(t, err)
	changes := 0
	for _, path := range inputs {
		expected, err := evaluator.Forecast(t.Context(), read(t, path))
		require.NoError(t, err)
		changes += len(expected.Changes)
		text, err := json.Marshal(expected)
		require.NoError(t, err)
		found, err := json.Marshal(decideAlone(t, policies, path))
		require.NoError(t, err)
		require.JSONEq(t, string(text), string(found), path)
	}
	require.NotZero(t, changes)
}

// spread has a CA issue some certificates of a document, and moves some dates
// close to now.
func spread(t *rapid.T, document *gather.Document, now time.Time) {
	move := func(date *string) {
		if seconds := rapid.IntRange(-900*86400, 900*86400).Draw(t, "seconds"); rapid.Bool().Draw(t, "move") {
			*date = now.Add(time.Duration(seconds) * time.Second).Format(gather.TimeFormat)
		}
	}
	for i := range document.Certificates {
		c := &document.Certificates[i]
		if rapid.Bool().Draw(t, "issued") {
			c.SelfSigned, c.HasPrivateKey, c.Services = new(false), new(true), []string{"SMTP"}
			c.Trust = gather.Trust{Chain: gather.ChainTrusted, ValidFrom: &c.NotBefore, ValidUntil: &c.NotAfter}
		}
		move(&c.NotBefore)
		move(&c.NotAfter)
		for _, date := range []**string{&c.Trust.ValidFrom, &c.Trust.ValidUntil} {
			if *date != nil {
				*date = new(**date)
				move(*date)
			}
		}
	}
}

// moments returns every second that a date names, and the second after it.
func moments(t *rapid.T, document *gather.Document, from, until time.Time) []time.Time {
	all := map[time.Time]bool{}
	add := func(date *string) {
		if date == nil {
			return
		}
		for _, moment := range []time.Time{at(t, *date), at(t, *date).Add(time.Second)} {
			if moment.After(from) && !moment.After(until) {
				all[moment] = true
			}
		}
	}
	for _, c := range document.Certificates {
		add(&c.NotBefore)
		add(&c.NotAfter)
		add(c.Trust.ValidFrom)
		add(c.Trust.ValidUntil)
	}
	return slices.SortedFunc(maps.Keys(all), time.Time.Compare)
}

func decided(document *gather.Document, now time.Time) evaluate.Decision {
	then := *document
	then.Now = now.Format(gather.TimeFormat)
	return oracle.Decide(&then, "")
}

// changes lists the differences between two decisions.
func changes(before, after evaluate.Decision, moment string) []evaluate.Change {
	var all []evaluate.Change
	add := func(scenario evaluate.Scenario, connector *string, field string, from, to any, event *int) {
		if from != to {
			all = append(all, evaluate.Change{At: moment, Scenario: scenario, Connector: connector, Field: field, From: from, To: to, Event: event})
		}
	}
	add(evaluate.Server, nil, "mail_at_risk", before.MailAtRisk, after.MailAtRisk, nil)
	a, b := before.InboundAnonymous, after.InboundAnonymous
	add(evaluate.InboundAnonymous, nil, "expired", value(a.Expired), value(b.Expired), nil)
	add(evaluate.InboundAnonymous, nil, "best", value(a.Best), value(b.Best), nil)
	add(evaluate.InboundAnonymous, nil, "best_kind", value(a.BestKind), value(b.BestKind), nil)
	for i, from := range a.Connectors {
		to := b.Connectors[i]
		add(evaluate.InboundAnonymous, &from.Name, "advertise_x_anonymoustls", from.Advertise, to.Advertise, nil)
		add(evaluate.InboundAnonymous, &from.Name, "certificate", value(from.Thumbprint), value(to.Thumbprint), nil)
	}
	for i, from := range before.InboundSTARTTLS.Connectors {
		to := after.InboundSTARTTLS.Connectors[i]
		add(evaluate.InboundSTARTTLS, &from.Name, "advertise_starttls", from.Advertise, to.Advertise, nil)
		add(evaluate.InboundSTARTTLS, &from.Name, "certificate", value(from.Thumbprint), value(to.Thumbprint), nil)
		add(evaluate.InboundSTARTTLS, &from.Name, "certificate_kind", value(from.Kind), value(to.Kind), nil)
		add(evaluate.InboundSTARTTLS, &from.Name, "expired", value(from.Expired), value(to.Expired), nil)
	}
	add(evaluate.OutboundAnonymous, nil, "expired", value(before.OutboundAnonymous.Expired), value(after.OutboundAnonymous.Expired), nil)
	for i, from := range before.OutboundAnonymous.Routes {
		add(evaluate.OutboundAnonymous, from.Connector, "certificate", value(from.Thumbprint), value(after.OutboundAnonymous.Routes[i].Thumbprint), nil)
	}
	raised, stillRaised := events(before), events(after)
	for _, event := range slices.Concat(before.Events, after.Events) {
		key := keyOf(event)
		_, from := raised[key]
		scenario, to := stillRaised[key]
		if !to {
			scenario = raised[key]
		}
		add(scenario, event.Connector, "event", from, to, &event.ID)
	}
	return all
}

// events returns the first scenario that raises each event.
func events(d evaluate.Decision) map[string]evaluate.Scenario {
	all := map[string]evaluate.Scenario{}
	for _, event := range d.OutboundAnonymous.Events {
		all[keyOf(event)] = evaluate.OutboundAnonymous
	}
	for _, event := range d.InboundSTARTTLS.Events {
		all[keyOf(event)] = evaluate.InboundSTARTTLS
	}
	for _, event := range d.InboundAnonymous.Events {
		all[keyOf(event)] = evaluate.InboundAnonymous
	}
	return all
}

func keyOf(event evaluate.Event) string { return fmt.Sprint(event.ID, value(event.Connector)) }

// value returns what a pointer points to, or nil.
func value[V any](pointer *V) any {
	if pointer == nil {
		return nil
	}
	return *pointer
}

func at(t require.TestingT, text string) time.Time {
	moment, err := time.Parse(gather.TimeFormat, text)
	require.NoError(t, err)
	return moment
}
