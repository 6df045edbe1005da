package diff

import (
	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
)

// Differences are the differences between two checks of a server.
type Differences struct {
	Facts    []Fact                  `json:"facts"`
	Decision []Outcome               `json:"decision"`
	Findings Moved[evaluate.Finding] `json:"findings"`
	Forecast Moved[Dated]            `json:"forecast"`
}

// Moved is what only one of the sides has.
type Moved[T any] struct {
	Appeared    []T `json:"appeared"`
	Disappeared []T `json:"disappeared"`
}

// Dated is a change in a forecast.
type Dated struct {
	evaluate.Change
	Worse    bool   `json:"worse"`
	Sentence string `json:"sentence"` // without the time and the reason
}

// Differ returns the differences between two snapshots of Check that were decided
// for the same time.
func Differ(before, after Snapshot) Differences {
	d := Differences{
		Facts:    facts(before.Document, after.Document),
		Decision: Outcomes(before.Decision, after.Decision),
		Forecast: moved(dated(before.Forecast), dated(after.Forecast), func(d Dated) string { return d.At + " " + d.Sentence }),
	}
	d.Findings = moved(before.Findings, after.Findings, func(f evaluate.Finding) string { return f.Severity + " " + baseline.Fingerprint(f) })
	return d
}

func dated(forecast *evaluate.Forecast) []Dated {
	var all []Dated
	for i, change := range forecast.Changes {
		all = append(all, Dated{change, forecast.IsWorse(i), forecast.Sentences[i]})
	}
	return all
}

// moved returns what only one side has. For items with the same key, it returns
// as many as one side has more than the other.
func moved[T any](before, after []T, key func(T) string) Moved[T] {
	more := func(of, than []T) []T {
		left := map[string]int{}
		for _, one := range than {
			left[key(one)]++
		}
		alone := []T{}
		for _, one := range of {
			if left[key(one)]--; left[key(one)] < 0 {
				alone = append(alone, one)
			}
		}
		return alone
	}
	return Moved[T]{Appeared: more(after, before), Disappeared: more(before, after)}
}
