package webcheck

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/transportcert/transportcert/internal/output"
	"github.com/transportcert/transportcert/internal/printable"
)

// Write writes the result in a format: one of output.Reports for the findings; ics for the forecast; document
// or decision for the documents or decisions, as JSON for one server and as NDJSON for several.
func (r *Result) Write(ctx context.Context, w io.Writer, format string, progress Progress) error {
	if output.NeedsForecast(format) || format == "ics" {
		if err := r.addForecasts(ctx, progress); err != nil {
			return err
		}
	}
	switch format {
	case "document":
		return r.writeDocuments(w)
	case "decision":
		return r.writeDecisions(w)
	case "ics":
		return r.writeCalendar(w)
	}
	report, err := output.NewReport(format, w, output.ReportOptions{Rules: r.rules, FailOn: output.FailOn(output.FailOns[0]), Version: r.run.options.Version})
	if err != nil {
		return err
	}
	for _, checked := range r.checked {
		if err := report.Add(checked); err != nil {
			return err
		}
	}
	for _, failed := range r.Failed {
		if err := report.Fail(cmp.Or(failed.Document, output.WholeRun), errors.New(failed.Message)); err != nil {
			return err
		}
	}
	return report.Close()
}

// addForecasts adds the forecasts. It is separate from Check because it takes
// longer than everything else.
func (r *Result) addForecasts(ctx context.Context, progress Progress) error {
	for i := range r.checked {
		if r.checked[i].Forecast != nil {
			continue
		}
		progress("Forecasting", i, len(r.checked))
		forecast, err := r.evaluator.Forecast(ctx, r.checked[i].Facts)
		if err != nil {
			return fmt.Errorf("%s: %w", printable.Line(r.checked[i].Document), err)
		}
		r.checked[i].Forecast = forecast
	}
	return nil
}

func (r *Result) writeCalendar(w io.Writer) error {
	calendar, err := output.NewForecasts("ics", w, output.Style{}, time.Now())
	if err != nil {
		return err
	}
	for _, checked := range r.checked {
		if err := calendar.Write(checked.Forecast); err != nil {
			return err
		}
	}
	return calendar.Close()
}

func (r *Result) writeDocuments(w io.Writer) error {
	w = printable.NewWriter(w, printable.JSON)
	for _, checked := range r.checked {
		if len(r.checked) == 1 {
			return checked.Facts.Encode(w)
		}
		if err := checked.Facts.EncodeLine(w); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) writeDecisions(w io.Writer) error {
	name := "ndjson"
	if len(r.checked) == 1 {
		name = "json"
	}
	format, err := output.New(name, w, output.Style{}, output.Selection{})
	if err != nil {
		return err
	}
	for _, checked := range r.checked {
		if err := format.Write(checked); err != nil {
			return err
		}
	}
	return format.Close()
}
