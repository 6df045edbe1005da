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

// Forecast says when the decision for a server changes if nothing changes but
// the time. Times are YYYY-MM-DDThh:mm:ssZ.
type Forecast struct {
	Server      string   `json:"server"`
	From        string   `json:"from"`      // the document's now
	Until       string   `json:"until"`     // the last second covered
	Omitted     bool     `json:"omitted"`   // Until is earlier than requested: only dates from 1678 to 2262 are supported
	Changes     []Change `json:"changes"`   // by time
	Worse       []int    `json:"worse"`     // indices of the changes for the worse
	Sentences   []string `json:"sentences"` // each change as a sentence, without its time and reason
	InputErrors []string `json:"input_errors"`
}

// A Change is a change to one field of the server's decision, or an event that
// starts or ends.
type Change struct {
	At        string   `json:"at"`        // the first second of the new state
	Scenario  Scenario `json:"scenario"`  // Server for mail_at_risk
	Connector *string  `json:"connector"` // nil: the server, or the route without a connector
	Field     string   `json:"field"`     // of the decision, or event
	From      any      `json:"from"`      // a string, a bool or nil
	To        any      `json:"to"`
	Event     *int     `json:"event"`   // the id of an event that starts or ends
	Because   string   `json:"because"` // the dates that have passed, as a sentence
}

// IsWorse reports whether the change at that index is for the worse.
func (f *Forecast) IsWorse(change int) bool { return slices.Contains(f.Worse, change) }

// WithForecastDays makes Forecast look that many days ahead, regardless of the
// policies' threshold forecast_days.
func WithForecastDays(days int) Option {
	return func(o *options) { o.forecastWith = fmt.Sprintf("with data.transportcert.forecast.days as %d", days) }
}

// WithForecastUntil makes Forecast look ahead until that time,
// YYYY-MM-DDThh:mm:ssZ, regardless of forecast_days.
func WithForecastUntil(time string) Option {
	return func(o *options) { o.forecastWith = fmt.Sprintf("with data.transportcert.forecast.horizon as %q", time) }
}

// Forecast returns when the decision for one document changes, from its now
// until the number of days later given by the policies' threshold forecast_days
// or an option of New. It returns the errors of Evaluate. The first call
// compiles its rules.
func (e *Evaluator) Forecast(ctx context.Context, document *gather.Document) (*Forecast, error) {
	query, err := e.query(ctx, forecastRule+" "+e.forecastWith)
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

// check checks what the types do not express.
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
