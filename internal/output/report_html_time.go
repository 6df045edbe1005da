package output

import (
	"fmt"
	"slices"
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

const markHeight = 16 // of a row of events, in pixels

// A htmlTime is the validity of a server's certificates, which of them serves
// when, and what changes. Places are percent of the width, so that the words
// keep their size where the page is narrow.
type htmlTime struct {
	Now      string
	Ticks    []htmlTick
	Marks    []htmlMark
	MarkRows int
	Rows     []htmlRow
	More     int // certificates that are not drawn
	Changes  []htmlChange
	Until    string // how far the changes look ahead
	Omitted  bool
}

type htmlTick struct{ X, Words, Anchor string }

type htmlMark struct {
	X, Words, Anchor string
	Y                int
}

type htmlRow struct {
	Words    string
	Segments []htmlSegment
}

type htmlSegment struct{ X, Width, Words, Class string }

// A htmlChange is what changes at one moment.
type htmlChange struct {
	At, Because string
	What        []htmlSentence
}

type htmlSentence struct {
	Words string
	Worse bool
}

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
	t := &htmlTime{Now: at.x(s.decision.EvaluatedAt), Until: when(forecast.Until), Omitted: forecast.Omitted}
	for i, change := range forecast.Changes {
		t.change(change, forecast.Sentences[i], forecast.IsWorse(i))
	}
	t.marks(forecast, at)
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

// change adds a change to those of its moment. One thing of several scenarios is
// told once.
func (t *htmlTime) change(change evaluate.Change, sentence string, worse bool) {
	at, told := when(change.At), htmlSentence{sentence, worse}
	last := len(t.Changes) - 1
	if last < 0 || t.Changes[last].At != at || t.Changes[last].Because != change.Because {
		t.Changes = append(t.Changes, htmlChange{At: at, Because: change.Because})
		last++
	}
	if what := &t.Changes[last].What; !slices.Contains(*what, told) {
		*what = append(*what, told)
	}
}

// marks draws where events start and mail gets at risk, one row below the
// other where words would meet.
func (t *htmlTime) marks(forecast *evaluate.Forecast, at scale) {
	var order []string
	words := map[string][]string{}
	for _, change := range forecast.Changes {
		word := ""
		switch {
		case change.To != true:
		case change.Event != nil:
			word = strconv.Itoa(*change.Event)
		case change.Field == "mail_at_risk":
			word = "mail at risk"
		}
		if word == "" || slices.Contains(words[change.At], word) {
			continue
		}
		if words[change.At] == nil {
			order = append(order, change.At)
		}
		words[change.At] = append(words[change.At], word)
	}
	const rows, apart = 4, 30.0 // percent of the width that words need on a narrow page
	last := [rows]float64{-apart, -apart, -apart, -apart}
	for _, moment := range order {
		x := at.percent(moment)
		if x >= 100 {
			break
		}
		row := 0
		for row < rows-1 && x-last[row] < apart {
			row++
		}
		last[row] = x
		mark := htmlMark{X: percent(x), Words: "▼ " + strings.Join(words[moment], ", "), Anchor: "start", Y: row*markHeight + 12}
		if x > 60 {
			mark.Words, mark.Anchor = strings.Join(words[moment], ", ")+" ▼", "end"
		}
		t.Marks = append(t.Marks, mark)
		t.MarkRows = max(t.MarkRows, row+1)
	}
}

// lanes draws which certificate a connector or a route uses when, those that
// are alike once, and returns the certificates that any uses.
func (s *htmlSheet) lanes(forecast *evaluate.Forecast, at scale) (rows []htmlRow, used map[string]bool) {
	used = map[string]bool{}
	var names [][]string
	var labels []string
	alike := map[string]int{}
	for _, u := range s.uses() {
		segments := s.segments(forecast, at, u, used)
		if segments == nil {
			continue
		}
		label := "mail to "
		if extension, inbound := extensions[u.scenario]; inbound {
			label = extension + " on "
		}
		key := fmt.Sprint(label, segments)
		i, drawn := alike[key]
		if !drawn {
			i = len(rows)
			alike[key] = i
			rows, names, labels = append(rows, htmlRow{Segments: segments}), append(names, nil), append(labels, label)
		}
		names[i] = append(names[i], u.name())
	}
	for i := range rows {
		rows[i].Words = labels[i] + some(names[i])
	}
	return rows, used
}

// isOf reports whether a change is one of the certificate that is used there.
// Of the internal transport certificate the decision says once whether it has
// expired.
func (u use) isOf(change evaluate.Change) bool {
	if change.Scenario != u.scenario || change.Field != "certificate" && change.Field != "expired" {
		return false
	}
	if change.Field == "expired" && u.scenario != evaluate.InboundSTARTTLS {
		return true
	}
	return change.Connector == nil && u.connector == nil || change.Connector != nil && is(u.connector, *change.Connector)
}

// segments are what one connector uses until the forecast ends; nil where it
// never uses anything.
func (s *htmlSheet) segments(forecast *evaluate.Forecast, at scale, u use, used map[string]bool) []htmlSegment {
	var segments []htmlSegment
	serves, expired, from := orEmpty(u.thumbprint), is(u.expired, true), s.decision.EvaluatedAt
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
	ever := u.thumbprint != nil
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
