package output_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/output"
)

// hostileForecast has a connector whose name ends a line and begins another one,
// and is long.
func hostileForecast() *evaluate.Forecast {
	name := "Ütersen; a, b\\c\r\nATTENDEE:mailto:x@contoso.test\x1b[31m " + strings.Repeat("äöü", 40)
	change := evaluate.Change{
		At: "2027-03-01T12:00:01Z", Scenario: evaluate.InboundSTARTTLS, Connector: &name,
		Field: "expired", From: false, To: true, Because: name + " expires",
	}
	better, worse := change, change
	better.At = "2026-12-01T00:00:00Z"
	better.From, better.To = true, false
	return &evaluate.Forecast{
		Server: "EX01", From: "2026-11-22T07:00:00Z", Until: "2027-12-27T07:00:00Z",
		Changes: []evaluate.Change{better, better, worse}, Worse: []int{2},
		Sentences: []string{"It gets better.", "It gets better.", name + " has expired."},
	}
}

func calendar(t *testing.T, now time.Time, forecasts ...*evaluate.Forecast) string {
	t.Helper()
	var text bytes.Buffer
	format, err := output.NewForecasts("ics", &text, output.Style{}, now)
	require.NoError(t, err)
	for _, forecast := range forecasts {
		require.NoError(t, format.Write(forecast))
	}
	require.NoError(t, format.Close())
	return text.String()
}

// RFC 5545 asks for lines of at most 75 octets that end with CR and LF.
func TestForecastCalendar(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	text := calendar(t, now, hostileForecast())
	require.True(t, strings.HasSuffix(text, "END:VCALENDAR\r\n"))
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		require.LessOrEqual(t, len(line), 75)
		require.NotContains(t, line, "\n")
		require.NotContains(t, line, "\r")
		require.NotContains(t, line, "\x1b")
		require.False(t, strings.HasPrefix(line, "ATTENDEE"), line)
		require.Regexp(t, `^(?:[A-Z]+[:;]| )`, line)
	}
	unfolded := strings.ReplaceAll(text, "\r\n ", "")
	require.Contains(t, unfolded, "\r\nSUMMARY:EX01: It gets better.\r\n")
	require.Contains(t, unfolded, "\r\nCATEGORIES:Change\r\n")
	require.Contains(t, unfolded, "\r\nDTSTART:20261201T000000Z\r\n")
	require.Contains(t, unfolded, `\nIt gets better.`+"\r\n")
	require.Contains(t, unfolded, "\r\nCATEGORIES:Worse\r\n")
	require.Contains(t, unfolded, "\r\nDTSTART:20270301T120001Z\r\n")
	require.Contains(t, unfolded, `SUMMARY:EX01: Ütersen\; a\, b\\c`)
	require.Contains(t, unfolded, `\nWorse: Ütersen\; a\, b\\c`)
	require.Equal(t, 2, strings.Count(unfolded, "\r\nDTSTAMP:20261122T070000Z\r\n"))

	parsed, err := ics.ParseCalendar(strings.NewReader(text))
	require.NoError(t, err)
	require.Len(t, parsed.Events(), 2)
}

var uid = regexp.MustCompile(`UID:.*`)

// A calendar knows an entry again by its UID, whenever it was written and whatever
// else has changed at that moment.
func TestForecastCalendarKeepsUIDs(t *testing.T) {
	t.Parallel()
	other := hostileForecast()
	other.Server = "ex01"
	other.Sentences[2], other.From = "Something else.", "2026-11-23T07:00:00Z"
	uids := uid.FindAllString(calendar(t, time.Unix(0, 0), hostileForecast()), -1)
	require.Len(t, uids, 2)
	require.NotEqual(t, uids[0], uids[1])
	require.Equal(t, uids, uid.FindAllString(calendar(t, time.Unix(1, 0), other), -1))
	other.Server = "EX02"
	require.NotEqual(t, uids, uid.FindAllString(calendar(t, time.Unix(1, 0), other), -1))
}

func TestForecastCalendarHasEachServerOnce(t *testing.T) {
	t.Parallel()
	format, err := output.NewForecasts("ics", &bytes.Buffer{}, output.Style{}, time.Unix(0, 0))
	require.NoError(t, err)
	require.NoError(t, format.Write(hostileForecast()))
	err = format.Write(hostileForecast())
	require.EqualError(t, err, "expected each server once in a calendar, found EX01 again")
	require.ErrorAs(t, err, &output.DocumentError{})
}

func TestForecastOfHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"text", "json", "ndjson"} {
		var text bytes.Buffer
		format, err := output.NewForecasts(name, &text, output.Style{Color: true}, time.Unix(0, 0))
		require.NoError(t, err)
		require.NoError(t, format.Write(hostileForecast()))
		require.NoError(t, format.Close())
		require.NotContains(t, text.String(), "\x1b[31m ä")
		require.NotContains(t, text.String(), "\nATTENDEE")
		require.NotContains(t, text.String(), "\r")
	}
	_, err := output.NewForecasts("pem", nil, output.Style{}, time.Unix(0, 0))
	require.EqualError(t, err, `unknown output format "pem": expected one of text, json, ndjson, ics`)
}
