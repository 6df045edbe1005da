package output

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/spool"
)

// The selection is drawn of each server where there are no more than mostDrawn.
// Otherwise it is drawn of the first mostOfVerdict with each verdict but OK, so that
// a page about a thousand servers can be sent as an attachment.
const (
	mostDrawn     = 50
	mostOfVerdict = 100
)

// What a report holds besides the servers. The style and the script are
// allowed by their hashes, and nothing else can be loaded or run.
var (
	//go:embed html/report.css
	htmlStyle string
	//go:embed html/report.js
	htmlScript string
	//go:embed html/report.html
	htmlText string

	htmlTemplate = sync.OnceValue(func() *template.Template { // only reports need it
		return template.Must(template.New("report").Funcs(template.FuncMap{
			"inc": func(i int) int { return i + 1 }, "when": when, "oneLine": func(text string) string { return strings.ReplaceAll(text, "\n", " ") },
			"paragraphs": func(text string) []string { return strings.Split(text, "\n\n") },
		}).Parse(htmlText))
	})
)

// htmlReport is one page for people. A server is rendered when it is added.
// What is rendered waits for its place, since the worst come first.
type htmlReport struct {
	w       io.Writer
	version string

	all    htmlSummary
	rows   [3]spool.Spool // of the list of servers, by verdict
	sheets [3]spool.Spool // what is told of each server, by verdict
	brief  spool.Spool    // sheets[2] without drawings
	failed spool.Spool
}

// htmlSummary is what is true of all servers.
type htmlSummary struct {
	Servers, Failed              int
	Verdicts                     []htmlCount
	FirstAt, LastAt              string // what was decided for
	FirstFacts, LastFacts        string // when facts were gathered
	NoFactsAge                   int    // servers of which that is not known
	Sources, Missing, Customized map[string]int
}

type htmlCount struct {
	Verdict string
	Count   int
}

func newHTML(w io.Writer, options ReportOptions) *htmlReport {
	r := &htmlReport{w: w, version: printable.Line(options.Version)}
	r.all = htmlSummary{Sources: map[string]int{}, Missing: map[string]int{}, Customized: map[string]int{}}
	for _, verdict := range verdicts {
		r.all.Verdicts = append(r.all.Verdicts, htmlCount{Verdict: verdict})
	}
	return r
}

func (r *htmlReport) Add(c Checked) error {
	c = printed(c)
	r.all.add(c)
	verdict := slices.Index(verdicts, c.Plan.Verdict)
	if verdict < 0 { // of policies that are not the shipped ones
		verdict = 1
	}
	r.all.Verdicts[verdict].Count++
	sheet := newSheet(r.all.Servers, c)
	if err := htmlTemplate().ExecuteTemplate(&r.rows[verdict], "row", sheet); err != nil {
		return err
	}
	ok := verdict == len(verdicts)-1
	drawn := r.all.Servers <= mostDrawn || !ok && r.all.Verdicts[verdict].Count <= mostOfVerdict
	if drawn {
		sheet.draw()
	}
	if drawn || !ok {
		if err := htmlTemplate().ExecuteTemplate(&r.sheets[verdict], "sheet", sheet); err != nil {
			return err
		}
		sheet.Flows, sheet.Time = nil, nil
	}
	if !ok {
		return nil
	}
	return htmlTemplate().ExecuteTemplate(&r.brief, "sheet", sheet)
}

func (r *htmlReport) Fail(document string, why error) error {
	r.all.Failed++
	return htmlTemplate().ExecuteTemplate(&r.failed, "failed", struct{ Document, Why string }{printable.Line(document), printable.Line(printable.Error(why).Error())})
}

func (r *htmlReport) Close() error {
	ok, unused := &r.sheets[len(verdicts)-1], &r.brief
	if r.all.Servers > mostDrawn {
		ok, unused = unused, ok
	}
	defer unused.Close()
	var head bytes.Buffer
	if err := r.head(&head); err != nil {
		return err
	}
	parts := []io.WriterTo{&head}
	if r.all.Failed > 0 {
		parts = append(parts, strings.NewReader(htmlFailedStart), &r.failed, strings.NewReader(htmlFailedEnd))
	}
	if r.all.Servers > 0 {
		parts = append(parts, strings.NewReader(htmlListStart), &r.rows[0], &r.rows[1], &r.rows[2], strings.NewReader(htmlListEnd))
	}
	parts = append(parts, &r.sheets[0], &r.sheets[1], ok, strings.NewReader("</main>\n<script>"+htmlScript+"</script>\n</body>\n</html>\n"))
	for _, part := range parts {
		if _, err := part.WriteTo(r.w); err != nil {
			return err
		}
	}
	return nil
}

// What stands around the servers that could not be checked, and around the list
// of the others.
const (
	htmlFailedStart = "<section class=\"failed\" aria-labelledby=\"failed\">\n<h2 id=\"failed\">Could not be checked</h2>\n<ul>\n"
	htmlFailedEnd   = "</ul>\n</section>\n"
	htmlListStart   = "<table class=\"servers stack\" role=\"table\">\n<caption>Servers, the worst first</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">" +
		"<th role=\"columnheader\" scope=\"col\">Server</th><th role=\"columnheader\" scope=\"col\">Verdict</th>" +
		"<th role=\"columnheader\" scope=\"col\">What to do first</th><th role=\"columnheader\" scope=\"col\">What happens next</th></tr></thead>\n<tbody role=\"rowgroup\">\n"
	htmlListEnd = "</tbody>\n</table>\n"
)

// head is the page up to the list of servers.
func (r *htmlReport) head(b io.Writer) error {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	if _, err := fmt.Fprintf(b, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<style>%s</style>
`, hash(htmlStyle), hash(htmlScript), htmlStyle); err != nil {
		return err
	}
	return htmlTemplate().ExecuteTemplate(b, "head", struct {
		htmlSummary
		Version string
	}{r.all, r.version})
}

func (a *htmlSummary) add(c Checked) {
	a.Servers++
	a.FirstAt = earliest(a.FirstAt, c.EvaluatedAt)
	a.LastAt = max(a.LastAt, c.EvaluatedAt)
	if c.Facts.GatheredAt == "" {
		a.NoFactsAge++
	} else {
		a.FirstFacts = earliest(a.FirstFacts, c.Facts.GatheredAt)
		a.LastFacts = max(a.LastFacts, c.Facts.GatheredAt)
	}
	kinds := map[string]bool{}
	for _, source := range c.Facts.Sources {
		kind, _, _ := strings.Cut(source, ":")
		kinds[cmp.Or(sourceNames[kind], kind)] = true
	}
	if len(kinds) == 0 {
		kinds["documents that name no source"] = true
	}
	for kind := range kinds {
		a.Sources[kind]++
	}
	for _, missing := range notGathered(c) {
		a.Missing[missing]++
	}
	for _, by := range c.InboundAnonymous.CustomizedBy {
		a.Customized[by]++
	}
}

// sourceNames are what the words before the colon of a source stand for.
var sourceNames = map[string]string{
	"clixml": "exports of the Exchange Management Shell", "ldap": "Active Directory", "store": "certificate files", "facts": "files of facts",
}

func earliest(a, b string) string {
	if a == "" {
		return b
	}
	return min(a, b)
}

// Worst is the worst verdict of any server.
func (a htmlSummary) Worst() string {
	for _, count := range a.Verdicts {
		if count.Count > 0 {
			return count.Verdict
		}
	}
	return ""
}

// At says what was decided for.
func (a htmlSummary) At() string { return span(a.FirstAt, a.LastAt) }

// Facts says when the facts were gathered, and how long before what was
// decided for.
func (a htmlSummary) Facts() string {
	if a.FirstFacts == "" {
		return "When the facts were gathered is not known."
	}
	words := "Facts gathered " + span(a.FirstFacts, a.LastFacts)
	if days := daysBetween(a.FirstFacts, a.LastAt); days > 0 {
		words += fmt.Sprintf(", %s before that", count(days, "day", "days"))
	}
	if a.NoFactsAge > 0 {
		words += "; of " + count(a.NoFactsAge, "server", "servers") + " it is not known when"
	}
	return words + "."
}

func span(first, last string) string {
	if first == last {
		return when(first)
	}
	return when(first) + " to " + when(last)
}

// counted lists what is true of how many servers.
func (a htmlSummary) counted(what map[string]int) []string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(what)) {
		if a.Servers > 1 {
			name += " (" + count(what[name], "server", "servers") + ")"
		}
		words = append(words, name)
	}
	return words
}

// From says where the facts come from.
func (a htmlSummary) From() string { return list(a.counted(a.Sources)) }

// NotGathered says which facts are missing.
func (a htmlSummary) NotGathered() string { return list(a.counted(a.Missing)) }

// CustomizedBy says which rules of an organization's own have a part.
func (a htmlSummary) CustomizedBy() string { return list(a.counted(a.Customized)) }
