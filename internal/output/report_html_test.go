package output_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/output"
)

// told is the server of mismatch with what was found, what to do and what is
// to come.
func told(server, verdict string) output.Checked {
	document, decision := mismatch()
	document.Server, decision.Server = server, server
	checked := withFindings()
	checked.Facts, checked.Decision = document, decision
	command := "Restart-Service MSExchangeTransport"
	checked.Plan = evaluate.Plan{Verdict: verdict, Actions: []evaluate.Action{
		{ID: "one", Title: "Enable another certificate", Why: []evaluate.Reason{{Event: 1037}, {Rule: "TC003"}}, Commands: []string{"first", "second"},
			Prompt: &evaluate.Prompt{Question: "Overwrite?", Answer: "No"}, Afterwards: []evaluate.Afterward{{Text: "Restart", Command: &command}}},
		{ID: "two", Title: "Ask the CA", Why: []evaluate.Reason{{Event: 12016}}, Description: "By letter.", Manual: true,
			Afterwards: []evaluate.Afterward{{Text: "Restart", Command: &command}}},
	}}
	checked.Findings[0].Action = pointer("one")
	checked.Forecast = &evaluate.Forecast{Server: server, From: decision.EvaluatedAt, Until: "2027-12-27T07:00:00Z", Worse: []int{2},
		Sentences: []string{"It gets better.", "It gets better.", "It gets worse."},
		Changes: []evaluate.Change{
			{At: "2027-02-03T07:00:00Z", Scenario: evaluate.InboundSTARTTLS, Connector: pointer("Default"), Field: "certificate", From: other, To: loaded, Because: "a date"},
			{At: "2027-02-03T07:00:00Z", Scenario: evaluate.InboundSTARTTLS, Connector: pointer("Default"), Field: "expired", From: true, To: false, Because: "a date"},
			{At: "2027-08-22T07:00:00Z", Scenario: evaluate.InboundAnonymous, Field: "event", From: false, To: true, Event: pointer(12015), Because: "another date"},
		}}
	return checked
}

func htmlOf(t *testing.T, all ...output.Checked) string {
	t.Helper()
	return report(t, "html", onErrors, all...)
}

// The style and the script are what the policy of the page allows, and nothing
// else is.
func TestHTMLAllowsItsOwnStyleAndScript(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, told("EX01", "OK"))
	policy := html.UnescapeString(regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="(.*)">`).FindStringSubmatch(page)[1])
	hash := func(element string) string {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		require.Len(t, found, 1)
		sum := sha256.Sum256([]byte(found[0][1]))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	require.Equal(t, "default-src 'none'; style-src 'sha256-"+hash("style")+"'; script-src 'sha256-"+hash("script")+"'; img-src data:; base-uri 'none'; form-action 'none'", policy)
	require.NotRegexp(t, `(?i)<[^>]* (style|on[a-z]+)=|(src|href)="?(https?:|//)|url\(|@import`, page)
	script := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(page)[1]
	require.LessOrEqual(t, strings.Count(script, "\n"), 60)
}

func TestHTMLWorstFirst(t *testing.T) {
	t.Parallel()
	page := filled(t, "html", onErrors, func(r output.Report) {
		for i, verdict := range []string{"OK", "MAIL AT RISK", "ACTION NEEDED", "OK", "MAIL AT RISK"} {
			require.NoError(t, r.Add(told(fmt.Sprintf("EX0%d", i+1), verdict)))
		}
		require.NoError(t, r.Fail("EX09.json", errors.New("it <b>cannot</b> be read")))
	})
	for _, pattern := range []string{`<th role="rowheader" scope="row"><a href="#s\d">(\w+)</a>`, `<h2 id="s\dh">(\w+) `} {
		var order []string
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(page, -1) {
			order = append(order, found[1])
		}
		require.Equal(t, []string{"EX02", "EX05", "EX03", "EX01", "EX04"}, order)
	}
	require.Contains(t, page, "<strong>EX09.json</strong>: it &lt;b&gt;cannot&lt;/b&gt; be read")
	require.Regexp(t, `MAIL AT RISK</span> 2 servers</li>\n.* ACTION NEEDED</span> 1 server</li>\n.* OK</span> 2 servers</li>\n.* NOT CHECKED</span> 1 document<`, page)
}

// Of more than 50 servers, those that are OK are not drawn, nor more than 100 with
// another verdict.
func TestHTMLDrawsNotEveryServer(t *testing.T) {
	t.Parallel()
	for servers, drawn := range map[int]int{50: 50, 51: 1, 60: 1} {
		all := []output.Checked{told("BAD", "ACTION NEEDED")}
		for i := range servers - 1 {
			all = append(all, told(fmt.Sprintf("EX%d", i), "OK"))
		}
		page := htmlOf(t, all...)
		require.Equal(t, servers, strings.Count(page, "<article "))
		require.Equal(t, drawn, strings.Count(page, `<div class="time">`), "of %d", servers)
		require.Equal(t, drawn, strings.Count(page, "How the certificates are selected"), "of %d", servers)
	}
	var all []output.Checked
	for i := range 202 {
		all = append(all, told(fmt.Sprintf("EX%d", i), []string{"MAIL AT RISK", "ACTION NEEDED"}[i%2]))
	}
	page := htmlOf(t, all...)
	require.Equal(t, 200, strings.Count(page, `<div class="time">`))
	require.Equal(t, 2, strings.Count(page, "<p class=quiet>Not drawn"))
}

func TestHTMLPlan(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, told("EX01", "ACTION NEEDED"))
	require.Contains(t, page, `<li id="s1a1"><h4>Enable another certificate</h4>
<p>Exchange asks: “Overwrite?” Answer <strong>No</strong>.
<pre><code>first</code></pre>
<p>Then:
<pre><code>second</code></pre>
<p class=quiet>Because of event 1037, TC003.
`)
	require.Contains(t, page, `<h4>Ask the CA <span class="tag">by hand</span></h4>
<p>By letter.
`)
	require.Equal(t, 1, strings.Count(page, "<li>Restart<pre>"), "once for both")
	require.Contains(t, page, `<p class=quiet><a href=#s1a1>Action 1</a>`)
}

// An empty plan says that nothing has to be done only where the verdict is OK.
func TestHTMLEmptyPlan(t *testing.T) {
	t.Parallel()
	for verdict, expected := range map[string]string{
		"OK":            "Nothing: no errors or warnings, apart from waived ones",
		"ACTION NEEDED": "Not known: no remedy is known for what was found",
		"MAIL AT RISK":  "Not known: no remedy is known for what was found",
	} {
		checked := told("EX01", verdict)
		checked.Plan.Actions = nil
		page := htmlOf(t, checked)
		require.Contains(t, page, "<h3>What to do</h3>\n<p>"+expected+".</p>")
		require.Contains(t, page, `<td role="cell" data-label="To do first">`+expected+"</td>")
	}
}

// The path of each scenario: where it continues, who leaves it and what is noted.
func TestHTMLFlow(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, told("EX01", "ACTION NEEDED"))
	flows := regexp.MustCompile(`(?s)<h4>([^\n]*)</h4>\n<ol class="flow">(.*?)</ol>`).FindAllStringSubmatch(page, -1)
	drawn := map[string]string{}
	for _, flow := range flows {
		var steps []string
		for _, step := range regexp.MustCompile(`<li class=(passed|stopped|skipped|noted|end|note)\b`).FindAllStringSubmatch(flow[2], -1) {
			steps = append(steps, step[1])
		}
		drawn[flow[1]] = strings.Join(steps, ", ")
	}
	require.Equal(t, map[string]string{
		"Inbound anonymous TLS (X-ANONYMOUSTLS)": "passed, passed, passed, passed, passed, note, passed, passed, passed, noted",
		"Inbound STARTTLS: Default":              "passed, passed, passed, passed, passed, passed, noted",
		"Inbound STARTTLS: Client":               "passed, passed, passed, passed, stopped, skipped, skipped",
		"Outbound anonymous TLS":                 "passed, passed, passed, passed",
	}, stripEnds(t, drawn))
	require.Contains(t, page, "<b>Does the connector have ExchangeServer authentication?</b></div><ul><li>Client: ExchangeServer authentication is off.</ul>")
	require.Contains(t, page, "<i>continues, event 1037</i>")
	require.Regexp(t, `11111111\)<td class=yes>yes<td class=yes>yes<td class=no>no<td>not eligible\n`, page, "SMTP, of the connector Client")
}

// stripEnds takes the end off each path but those that have none.
func stripEnds(t *testing.T, drawn map[string]string) map[string]string {
	t.Helper()
	for name, steps := range drawn {
		before, ended := strings.CutSuffix(steps, ", end")
		require.Equal(t, name != "Inbound STARTTLS: Client", ended, name)
		drawn[name] = before
	}
	return drawn
}

// Of two years that begin 73 days ago, now is after a tenth. 2027-02-03 is 73
// days later, 2027-08-22 is 273 days later and 2027-12-27 is 400.
func TestHTMLTime(t *testing.T) {
	t.Parallel()
	page := htmlOf(t, told("EX01", "ACTION NEEDED"))
	svg := regexp.MustCompile(`(?s)<div class="time">.*?\n</div>`).FindString(page)
	require.Contains(t, svg, `<line x1="10.0%" x2="10.0%"`)
	require.Contains(t, svg, `<svg x="10.0%" width="10.0%" class="serves expired"><rect/><text>22222222 expired</text></svg>`)
	require.Regexp(t, `<svg x="20.0%" width="44.8%" class="serves"><rect/><text>11111111</text></svg>`, svg)
	require.Contains(t, svg, `<p>Event 12015<svg><svg x="47.4%" width="17.4%" class="event"><rect/></svg></svg>`, "until the forecast ends")
	require.Contains(t, page, `<tr><th>2027-08-22 07:00 UTC<td><p class=bad>It gets worse.<td>another date`)
	require.Equal(t, 1, strings.Count(page, "<p>It gets better."), "once for both changes")
	require.Contains(t, page, "<td role=\"cell\" data-label=\"Next\">2027-08-22: It gets worse.</td>")
}

func TestHTMLSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	old, never := told("EX01", "OK"), told("EX02", "OK")
	old.Facts.GatheredAt, old.Facts.Sources = "2026-11-19T07:00:00Z", map[string]string{"host": "clixml:server.xml", "connectors": "clixml:connectors.xml"}
	never.Decision.ExchangeVersion, never.Facts.Hybrid = nil, &gather.Hybrid{}
	page := htmlOf(t, old, never)
	require.Contains(t, page, "Decided for 2026-11-22 07:00 UTC. Facts gathered 2026-11-19 07:00 UTC, 3 days before that; of 1 server it is not known when. "+
		"The facts are from documents that name no source (1 server) and exports of the Exchange Management Shell (1 server).")
	require.Contains(t, page, "the Exchange version (1 server), the hybrid configuration (1 server)")
}

// Whatever is in a document is text of the page, and can be read.
func TestHTMLEscapes(t *testing.T) {
	t.Parallel()
	const name = "</script><script>alert(1)</script>\u202e\"'`=<!--\x00\n]]>"
	checked := told(name, "OK")
	checked.Places = make([]documents.Place, len(checked.Findings))
	for i := range checked.InboundAnonymous.Connectors {
		checked.InboundAnonymous.Connectors[i].Name = name
		checked.Facts.Connectors[i].Name = name
	}
	checked.Facts.Certificates[0].FriendlyName = name
	checked.Plan.Actions[0].Title, checked.Plan.Actions[0].Commands[0] = name, name
	checked.Forecast.Sentences[0] = name
	page := htmlOf(t, checked)
	require.Equal(t, 1, strings.Count(page, "<script>"))
	require.NotContains(t, page, "\u202e")
	require.NotContains(t, page, "<!--")
	require.NotContains(t, page, "\x00")
	require.Contains(t, page, `&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;\u202e&#34;&#39;`)
}
