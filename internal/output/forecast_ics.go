package output

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/printable"
)

// forecastCalendar writes one calendar (RFC 5545) for all servers, with an entry
// for each moment at which something changes.
type forecastCalendar struct {
	w        io.Writer
	now      time.Time
	calendar *ics.Calendar
	servers  map[string]bool
}

func newForecastCalendar(w io.Writer, now time.Time) *forecastCalendar {
	calendar := ics.NewCalendar()
	calendar.SetProductId("-//transportcert//forecast//EN")
	calendar.SetMethod(ics.MethodPublish)
	return &forecastCalendar{w, now, calendar, map[string]bool{}}
}

func (c *forecastCalendar) Write(forecast *evaluate.Forecast) error {
	server := strings.ToLower(forecast.Server)
	if c.servers[server] {
		return DocumentError{fmt.Errorf("expected each server once in a calendar, found %s again", forecast.Server)}
	}
	c.servers[server] = true
	for _, moment := range moments(forecast) {
		at, err := time.Parse(gather.TimeFormat, moment.At)
		if err != nil {
			return DocumentError{fmt.Errorf("reading the time of a change: %w", err)}
		}
		c.add(forecast.Server, moment, at)
	}
	return nil
}

// add adds an entry. Its UID is that of the server and the moment, so that a
// calendar knows it again. It takes no time of anybody's day.
func (c *forecastCalendar) add(server string, moment moment, at time.Time) {
	id := sha256.Sum256([]byte(strings.ToLower(server) + "\n" + moment.At))
	entry := c.calendar.AddEvent(fmt.Sprintf("%x@transportcert", id[:16]))
	entry.SetDtStampTime(c.now)
	entry.SetStartAt(at)
	entry.SetTimeTransparency(ics.TransparencyTransparent)

	first := moment.Sentences[0]
	lines := []string{"Because " + moment.Because + ":"}
	worse := false
	for _, sentence := range moment.Sentences {
		text := sentence.Text
		if sentence.Worse {
			text = "Worse: " + text
			if !worse {
				first = sentence
			}
			worse = true
		}
		lines = append(lines, text)
	}
	category := "Change"
	if worse {
		category = "Worse"
	}
	entry.AddProperty(ics.ComponentPropertyCategories, category)
	entry.SetSummary(printable.Line(server + ": " + first.Text))
	for i, line := range lines {
		lines[i] = printable.Line(line)
	}
	entry.SetDescription(strings.Join(lines, "\n"))
}

// Close writes the calendar with the line ends that RFC 5545 demands. What comes
// from documents is printable already.
func (c *forecastCalendar) Close() error {
	return c.calendar.SerializeTo(c.w, ics.WithNewLineWindows)
}
