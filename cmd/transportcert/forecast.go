package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/output"
)

func newForecast() *cobra.Command {
	var flags documentFlags
	var name string
	var until horizon
	var failWithin daysFlag
	command := &cobra.Command{
		Use:   "forecast [PATH... | - | SOURCE...]",
		Short: "Show when a decision changes as time passes",
		Long: `Show for each document when the decision changes, to the second, if only time passes: a connector starts or stops
offering an extension or uses another certificate, a certificate expires, an event starts or ends. Without --until, the
forecast covers 400 days from the document's now, or as many as the threshold forecast_days says. PATH and SOURCE are
the same as for "evaluate".

The output (-o) is text for people, json or ndjson for programs, or ics: a calendar (RFC 5545) with an entry for each
of these moments. An entry keeps its UID, so that a calendar that imports it again does not show it twice.

Exit codes: 0 the forecast was written; 1 something changes for the worse within the time of --fail-within; 2 an
error, even if it is about one document of many.`,
		Example: `  transportcert forecast ex01.json
  transportcert forecast --until 2y --exports exports/EX01 --roots contoso-ca.pem
  transportcert forecast --fail-within 30d documents/
  transportcert forecast -o ics documents/ > certificates.ics
  transportcert forecast -o json ex01.json | jq '.changes[.worse[]]'`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			format, err := output.NewForecasts(name, command.OutOrStdout(), flags.style(command), time.Now())
			if err != nil {
				return usageError{err}
			}
			to := &formatted{
				put:  func(o outcome) error { return format.Write(o.found.Forecast) },
				end:  format.Close,
				isNo: func(o outcome) bool { return o.worse },
			}
			return flags.run(command, paths, to, func(ctx context.Context, evaluator *evaluate.Evaluator, o *outcome) (err error) {
				if o.found.Forecast, err = evaluator.Forecast(ctx, o.Document.Document); err != nil {
					return err
				}
				if err = until.check(o.found.Forecast); err != nil {
					return err
				}
				o.worse, err = failWithin.worse(o.found.Forecast)
				return err
			}, until.options()...)
		},
	}
	more := command.Flags()
	more.SortFlags = false
	addOutputFlag(command, &name, "forecasts", output.ForecastFormats)
	more.Var(&until, "until", "list changes until then: a `TIME` from the document's now, such as 90d, 12w or 2y, or a date, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")
	more.Var(&failWithin, "fail-within", "end with exit code 1 if something changes for the worse within this `TIME`, such as 30d")
	flags.addFlags(command)
	return command
}

// daysFlag is a number of days; 0 where it was not given.
type daysFlag int

// maxDays is the limit of the thresholds that are days.
const maxDays = 36500

var daysPattern = regexp.MustCompile(`^([0-9]{1,5})([dwy])$`)

func (d *daysFlag) Set(text string) error {
	parts := daysPattern.FindStringSubmatch(text)
	if parts == nil {
		return fmt.Errorf("expected days, weeks or years such as 30d, 12w or 2y, found %q", text)
	}
	number, _ := strconv.Atoi(parts[1]) // digits
	days := number * map[string]int{"d": 1, "w": 7, "y": 365}[parts[2]]
	if days < 1 || days > maxDays {
		return fmt.Errorf("expected 1 to %d days, found %q", maxDays, text)
	}
	*d = daysFlag(days)
	return nil
}

func (d *daysFlag) String() string {
	if *d == 0 {
		return ""
	}
	return fmt.Sprintf("%dd", *d)
}

func (*daysFlag) Type() string { return "TIME" }

// worse reports whether something changes for the worse within these days.
func (d daysFlag) worse(forecast *evaluate.Forecast) (bool, error) {
	if d == 0 {
		return false, nil
	}
	from, err := time.Parse(gather.TimeFormat, forecast.From)
	if err != nil {
		return false, err
	}
	last := from.AddDate(0, 0, int(d)).Format(gather.TimeFormat)
	if forecast.Until < last && forecast.Omitted {
		return false, fmt.Errorf("--fail-within: the forecast ends on %s, because only dates from 1678 to 2262 are supported", forecast.Until)
	}
	if forecast.Until < last {
		return false, fmt.Errorf("--fail-within: expected no more than the forecast has, which ends on %s; pass --until %s", forecast.Until, &d)
	}
	for _, i := range forecast.Worse {
		if forecast.Changes[i].At <= last {
			return true, nil
		}
	}
	return false, nil
}

// horizon is until when changes are listed, in days or as a time; neither where
// it was not given.
type horizon struct {
	days daysFlag
	time string
}

func (h *horizon) Set(text string) error {
	*h = horizon{}
	if h.days.Set(text) == nil {
		return nil
	}
	date := text
	if len(date) == len(time.DateOnly) {
		date += "T23:59:59Z" // the whole day, as with waivers
	}
	if !gather.IsTime(date) {
		return fmt.Errorf("expected up to %d days, such as 90d, 12w or 2y, or a date, YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, found %q", maxDays, text)
	}
	h.time = date
	return nil
}

func (h *horizon) String() string { return cmp.Or(h.time, h.days.String()) }

func (*horizon) Type() string { return "TIME" }

func (h *horizon) options() []evaluate.Option {
	switch {
	case h.time != "":
		return []evaluate.Option{evaluate.WithForecastUntil(h.time)}
	case h.days != 0:
		return []evaluate.Option{evaluate.WithForecastDays(int(h.days))}
	}
	return nil
}

// check refuses a time that has passed: nothing would be in the forecast.
func (h *horizon) check(forecast *evaluate.Forecast) error {
	if h.time != "" && h.time <= forecast.From {
		return fmt.Errorf("--until: expected a time after the document's now, %s, found %s", forecast.From, h.time)
	}
	return nil
}
