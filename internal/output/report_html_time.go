package output

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// Two years are drawn, of which a tenth is past. Of a large store the
// certificates that something uses are drawn, and as many others as there is
// room for.
const (
	daysDrawn = 730
	daysPast  = 73
	mostBars  = 12
)

// A htmlTime is the validity of a server's certificates, which of them serves
// when, which events are logged when, and what changes. Places are percent of the
// width, so that the words keep their size where the page is narrow.
type htmlTime struct {
	Now     string
	Ticks   []htmlTick
	Rows    []htmlRow
	More    int // certificates that are not drawn
	Moments []moment
	Until   string // how far they look ahead
	Omitted bool
}

type htmlTick struct{ X, Words, Anchor string }

type htmlRow struct {
	Words    string
	Segments []htmlSegment
}

type htmlSegment struct{ X, Width, Words, Class string }

// A scale says where a time is drawn.
type scale struct{ from int64 } // seconds since 1970

func (s scale) percent(at string) float64 {
	t, err := time.Parse(gather.TimeFormat, at)
	if err != nil {
		return 0
	}
	return min(100, max(0, float64(t.Unix()-s.from)/(daysDrawn*864))) // 864 seconds are a hundredth of a day
}

func (s scale) x(at string) string { return percent(s.percent(at)) }

func percent(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) + "%" }

func (s scale) segment(from, to, words, class string) htmlSegment {
	x := s.percent(from)
	return htmlSegment{X: percent(x), Width: percent(max(0, s.percent(to)-x)), Words: words, Class: class}
}

// time draws; nil where the time that was decided for cannot be drawn.
func (s *htmlSheet) time() *htmlTime {
	now, err := time.Parse(gather.TimeFormat, s.decision.EvaluatedAt)
	forecast := s.checked.Forecast
	if err != nil || forecast == nil {
		return nil
	}
	start := now.AddDate(0, 0, -daysPast)
	at := scale{start.Unix()}
	t := &htmlTime{Now: at.x(s.decision.EvaluatedAt), Moments: moments(forecast), Until: when(forecast.Until), Omitted: forecast.Omitted}
	lanes, used := s.lanes(forecast, at)
	t.Rows = append(s.bars(at, used, &t.More), lanes...)
	month := time.Date(start.Year(), start.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	for end := start.AddDate(0, 0, daysDrawn); month.Before(end); month = month.AddDate(0, 1, 0) {
		if month.Month()%6 == 1 { // January and July
			tick := htmlTick{at.x(month.Format(gather.TimeFormat)), month.Format("2006-01"), ""}
			if at.percent(month.Format(gather.TimeFormat)) > 90 {
				tick.Anchor = "end"
			}
			t.Ticks = append(t.Ticks, tick)
		}
	}
	return t
}

// lanes draws which certificate a connector or a route uses when, and when
// events that start are logged, those that are alike once. It returns the
// certificates that any uses.
func (s *htmlSheet) lanes(forecast *evaluate.Forecast, at scale) (rows []htmlRow, used map[string]bool) {
	used = map[string]bool{}
	var lanes []htmlRow // of which Words is the beginning
	var names []string
	for _, u := range s.uses() {
		if segments := s.segments(forecast, at, u, used); segments != nil {
			lanes, names = append(lanes, htmlRow{onOrTo(u.Scenario), segments}), append(names, u.name())
		}
	}
	told := map[string]bool{} // an event can be one of two scenarios
	for i, change := range forecast.Changes {
		words := "Mail at risk"
		if change.Event != nil {
			words = fmt.Sprintf("Event %d", *change.Event)
		}
		if change.Connector != nil {
			words += " on "
		}
		segment, starts := eventFrom(forecast, at, i)
		if key := fmt.Sprint(words, orEmpty(change.Connector), segment); starts && !told[key] {
			told[key] = true
			lanes, names = append(lanes, htmlRow{words, []htmlSegment{segment}}), append(names, orEmpty(change.Connector))
		}
	}
	rows, of := alike(lanes, names)
	for i := range rows {
		rows[i].Words += some(of[i])
	}
	return rows, used
}

// eventFrom draws from the change that starts an event, or puts mail at risk, to
// the one that ends it.
func eventFrom(forecast *evaluate.Forecast, at scale, i int) (segment htmlSegment, starts bool) {
	start := forecast.Changes[i]
	if start.To != true || start.Event == nil && start.Field != "mail_at_risk" {
		return htmlSegment{}, false
	}
	end := forecast.Until
	for _, change := range forecast.Changes[i+1:] {
		same := change.Field == start.Field && change.Scenario == start.Scenario && orEmpty(change.Connector) == orEmpty(start.Connector)
		if same && (start.Event == nil || is(change.Event, *start.Event)) {
			end = change.At
			break
		}
	}
	return at.segment(start.At, end, "", "event"), at.percent(start.At) < 100
}

// isOf reports whether a change is one of the certificate that is used there.
// Of the internal transport certificate the decision says once whether it has
// expired.
func (u use) isOf(change evaluate.Change) bool {
	if change.Scenario != u.Scenario || change.Field != "certificate" && change.Field != "expired" {
		return false
	}
	if change.Field == "expired" && u.Scenario != evaluate.InboundSTARTTLS {
		return true
	}
	return change.Connector == nil && u.Connector == nil || change.Connector != nil && is(u.Connector, *change.Connector)
}

// segments are what one connector uses until the forecast ends; nil where it
// never uses anything.
func (s *htmlSheet) segments(forecast *evaluate.Forecast, at scale, u use, used map[string]bool) []htmlSegment {
	var segments []htmlSegment
	serves, expired, from := orEmpty(u.Thumbprint), is(u.Expired, true), s.decision.EvaluatedAt
	end := func(to string) {
		if to == from {
			return
		}
		words, class := "none", "none"
		if serves != "" {
			words, class = s.short(&serves), "serves"
			used[serves] = true
		}
		if serves != "" && expired {
			words, class = words+" expired", "serves expired"
		}
		segments = append(segments, at.segment(from, to, words, class))
		from = to
	}
	ever := u.Thumbprint != nil
	for _, change := range forecast.Changes {
		if !u.isOf(change) {
			continue
		}
		end(change.At)
		if change.Field == "expired" {
			expired = change.To == true
			continue
		}
		serves, _ = change.To.(string) // null: none
		ever = ever || serves != ""
	}
	if !ever {
		return nil
	}
	end(forecast.Until)
	return segments
}

// bars draws when certificates are valid: those in use first.
func (s *htmlSheet) bars(at scale, used map[string]bool, more *int) []htmlRow {
	var rows []htmlRow
	bar := func(certificate gather.Certificate, class, use string) {
		rows = append(rows, htmlRow{
			Words:    fmt.Sprintf("%s: %s%s", s.called(certificate.Thumbprint), use, s.left(certificate)),
			Segments: []htmlSegment{at.segment(certificate.NotBefore, certificate.NotAfter, "", class)},
		})
	}
	for _, certificate := range s.facts.Certificates {
		if used[certificate.Thumbprint] {
			bar(certificate, "valid used", "in use, ")
		}
	}
	for _, certificate := range s.facts.Certificates {
		switch {
		case used[certificate.Thumbprint]:
		case len(rows) < mostBars:
			bar(certificate, "valid", "")
		default:
			*more++
		}
	}
	return rows
}

// Next is the first change that is to come.
func (s *htmlSheet) Next() string {
	forecast := s.checked.Forecast
	switch {
	case forecast == nil:
		return ""
	case len(forecast.Changes) == 0:
		return "Nothing before " + day(forecast.Until)
	}
	i := 0
	if len(forecast.Worse) > 0 { // matters more than what does not
		i = forecast.Worse[0]
	}
	return day(forecast.Changes[i].At) + ": " + forecast.Sentences[i]
}

func day(at string) string {
	day, _, _ := strings.Cut(at, "T")
	return day
}
