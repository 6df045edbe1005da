package evaluate

import (
	"context"
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

const forecastRule = "data.transportcert.forecast.timeline"

// Forecast says when the decision for a server changes, if nothing changes but
// the time. Times are YYYY-MM-DDThh:mm:ssZ.
type Forecast struct {
	Server      string   `json:"server"`
	From        string   `json:"from"`      // the document's now
	Until       string   `json:"until"`     // the last second for which changes are listed
	Omitted     bool     `json:"omitted"`   // Until is sooner than was asked for: only dates from 1678 to 2262 can be told
	Changes     []Change `json:"changes"`   // by time
	Worse       []int    `json:"worse"`     // the indices of the changes for the worse
	Sentences   []string `json:"sentences"` // each change in words, without its time and reason
	InputErrors []string `json:"input_errors"`
}

// A Change is one field of the server's decision that changes, or an event that
// starts or ends.
type Change struct {
	At        string   `json:"at"`        // the first second at which it is so
	Scenario  Scenario `json:"scenario"`  // Server for mail_at_risk
	Connector *string  `json:"connector"` // nil: of the server, or the route without a connector
	Field     string   `json:"field"`     // of the decision, or event
	From      any      `json:"from"`      // a text, a bool or nil
	To        any      `json:"to"`
	Event     *int     `json:"event"`   // the id of an event that starts or ends
	Because   string   `json:"because"` // the dates that have passed, in words
}

// IsWorse reports whether the change with that index is for the worse.
func (f *Forecast) IsWorse(change int) bool { return slices.Contains(f.Worse, change) }

// WithForecastDays makes Forecast look that many days ahead, whatever the
// policies' threshold forecast_days says.
func WithForecastDays(days int) Option {
	return func(o *options) { o.forecastWith = fmt.Sprintf("with data.transportcert.forecast.days as %d", days) }
}

// WithForecastUntil makes Forecast look ahead until that time,
// YYYY-MM-DDThh:mm:ssZ, whatever forecast_days says.
func WithForecastUntil(time string) Option {
	return func(o *options) { o.forecastWith = fmt.Sprintf("with data.transportcert.forecast.horizon as %q", time) }
}

// Forecast says when the decision for one document changes, from its now to as
// many days later as the policies' threshold forecast_days says, or an option
// of New. What is an error for Evaluate is one here. The first Forecast
// compiles its rules.
func (e *Evaluator) Forecast(ctx context.Context, document *gather.Document) (*Forecast, error) {
	query, err := e.wholeQuery(ctx, &e.timeline, forecastRule+" "+e.forecastWith)
	if err != nil {
		return nil, err
	}
	forecast, err := e.forecast(ctx, query, document)
	if err != nil {
		return nil, fmt.Errorf("forecasting for the document of %s: %w", printable.Line(document.Server), err)
	}
	return forecast, nil
}

func (e *Evaluator) forecast(ctx context.Context, query rego.PreparedEvalQuery, document *gather.Document) (*Forecast, error) {
	forecast := &Forecast{}
	if err := e.askAbout(ctx, query, document, forecast); err != nil {
		return nil, err
	}
	return forecast, forecast.check()
}

// check looks at what no type says.
func (f *Forecast) check() error {
	if err := inputError(f.InputErrors); err != nil {
		return err
	}
	if len(f.Sentences) != len(f.Changes) {
		return fmt.Errorf("the policies' answer: sentences: expected %d, one for each change, found %d", len(f.Changes), len(f.Sentences))
	}
	for i, change := range f.Worse {
		if change < 0 || change >= len(f.Changes) {
			return expected(fmt.Sprintf("the policies' answer: worse[%d]", i), "the index of a change", change)
		}
	}
	return nil
}
