package output

import (
	"fmt"
	"io"
	"time"

	"github.com/transportcert/transportcert/evaluate"
)

// ForecastFormats lists the formats that NewForecasts knows, the default first.
var ForecastFormats = []string{"text", "json", "ndjson", "ics"}

// NewForecasts returns the format of that name. The style is that of text. The
// entries of a calendar say that they were written at now.
func NewForecasts(name string, w io.Writer, style Style, now time.Time) (Format[*evaluate.Forecast], error) {
	switch name {
	case "text":
		return newPages(w, style, (*page).forecast), nil
	case "json", "ndjson":
		return jsonFormat[*evaluate.Forecast]{encoder: newEncoder(w, name)}, nil
	case "ics":
		return newForecastCalendar(w, now), nil
	}
	return nil, unknownFormat(name, ForecastFormats)
}

// A moment is a second at which something changes.
type moment struct {
	At, Because string
	Sentences   []sentence // each once
}

type sentence struct {
	Text  string
	Worse bool
}

// moments returns the changes by time. The internal transport certificate is that
// of receiving and of sending, and one sentence is enough for both.
func moments(forecast *evaluate.Forecast) []moment {
	var all []moment
	seen := map[string]bool{}
	for i, change := range forecast.Changes {
		if len(all) == 0 || all[len(all)-1].At != change.At {
			all = append(all, moment{At: change.At, Because: change.Because})
			clear(seen)
		}
		last, text := &all[len(all)-1], forecast.Sentences[i]
		if !seen[text] {
			seen[text] = true
			last.Sentences = append(last.Sentences, sentence{text, forecast.IsWorse(i)})
		}
	}
	return all
}

// forecast shows a timeline.
func (p *page) forecast(forecast *evaluate.Forecast) error {
	p.title(fmt.Sprintf("%s from %s to %s", forecast.Server, when(forecast.From), when(forecast.Until)), "=")
	p.line("")
	for _, moment := range moments(forecast) {
		p.prose(2, "%s, %s: %s", p.paint(bold, when(moment.At)), inDays(daysBetween(forecast.From, moment.At)), moment.Because)
		for _, sentence := range moment.Sentences {
			mark := painted("     ")
			if sentence.Worse {
				mark = p.paint(red, "worse")
			}
			p.prose(9, "  %s  %s", mark, sentence.Text)
		}
		p.line("")
	}
	if len(forecast.Changes) == 0 {
		p.line("Nothing changes.")
	} else {
		p.line("%s, %d for the worse.", count(len(forecast.Changes), "change", "changes"), len(forecast.Worse))
	}
	if forecast.Omitted {
		p.prose(0, "Changes after %s are left out: only dates from 1678 to 2262 can be told.", when(forecast.Until))
	}
	return nil
}

func inDays(days int64) string {
	if days == 0 {
		return "in less than a day"
	}
	return "in " + count(days, "day", "days")
}
