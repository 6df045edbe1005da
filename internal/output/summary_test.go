package output_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/output"
)

// of returns a server with a name of its own.
func of(name string, checked output.Checked) output.Checked {
	checked.Decision = decided(name)
	checked.InboundAnonymous.Thumbprint, checked.OutboundAnonymous.Thumbprint = pointer(loaded), pointer(loaded)
	checked.InboundSTARTTLS.Connectors = []evaluate.STARTTLSConnector{{Thumbprint: pointer(other)}}
	checked.Facts = &gather.Document{Certificates: []gather.Certificate{
		{Thumbprint: loaded, NotAfter: "2027-05-01T00:00:00Z"},
		{Thumbprint: other, NotAfter: "2027-03-01T00:00:00Z"},
		{Thumbprint: "3333333333333333333333333333333333333333", NotAfter: "2020-01-01T00:00:00Z"}, // not in use
	}}
	return checked
}

const tables = `Server  Verdict       Errors  Warnings  Info  First certificate ends
EX03    MAIL AT RISK  1       0         1     2027-03-01
EX06    MAIL AT RISK  1       0         1     2027-03-01
EX01    OK            0       0         0     2027-03-01
EX02    OK            0       0         0     2027-03-01
EX04    OK            0       0         0     2027-03-01
EX05    OK            0       0         0     2027-03-01

Servers  Severity  Rule
2        error     TC003 Event 12015, the certificate has
                   expired
2        info      TC052 The revocation is not known

`

// Of many servers there are tables, the worst server first; those without a finding are there alone.
func TestTextReportOfManyServers(t *testing.T) {
	t.Parallel()
	var many []output.Checked
	for i := range 6 {
		checked := inOrder()
		if i%3 == 2 {
			checked = withFindings()
		}
		many = append(many, of(fmt.Sprintf("EX%02d", i+1), checked))
	}
	const totals = "\n6 servers checked, 4 without a finding: 2 errors, 2 info and 2 suppressed.\n"
	text := report(t, "text", onErrors, many...)
	require.True(t, strings.HasPrefix(text, tables+"EX03 at 2026-11-22 07:00 UTC\n"), text)
	require.Equal(t, 2, strings.Count(text, " at 2026-11-22 07:00 UTC\n"))
	require.Contains(t, text, totals)

	few := report(t, "text", onErrors, many[:5]...)
	require.True(t, strings.HasPrefix(few, "EX01 at 2026-11-22 07:00 UTC\n"), few)
	require.Equal(t, 5, strings.Count(few, " at 2026-11-22 07:00 UTC\n"))

	summary := report(t, "text", output.ReportOptions{FailOn: "error", Style: output.Style{Summary: true}}, many...)
	require.True(t, strings.HasPrefix(summary, tables+totals[1:]), summary)
	require.NotContains(t, summary, "Plan")
}

// Text is as wide as the terminal. Only what is there to be copied is wider.
func TestWidth(t *testing.T) {
	t.Parallel()
	var before int
	for _, width := range []int{60, 80, 100, 160} {
		for _, name := range []string{"text", "explain", "report"} {
			text := report(t, "text", output.ReportOptions{FailOn: "error", Style: output.Style{Width: width}}, withFindings())
			if name != "report" {
				text = write(t, name, output.Style{Width: width}, mismatch)
			}
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				isCommand := strings.Contains(line, "-ExchangeCertificate ") || strings.Contains(line, "-ReceiveConnector ")
				if isPlace := strings.HasPrefix(line, "  at "); !isCommand && !isPlace {
					require.LessOrEqual(t, len([]rune(line)), width, "%s: %s", name, line)
				}
			}
			if name == "explain" {
				require.NotEqual(t, before, strings.Count(text, "\n"), "another width makes other lines")
				before = strings.Count(text, "\n")
			}
			if name == "text" {
				require.Contains(t, text, loaded, "a thumbprint does not break")
				require.Equal(t, width < 80, !strings.Contains(text, "Certificate  "), "a list where a table does not fit")
			}
		}
	}
}
