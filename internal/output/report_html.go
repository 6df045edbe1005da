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
			"style":      func() template.CSS { return template.CSS(htmlStyle) }, "script": func() template.JS { return template.JS(htmlScript) },
			"hash": func(text any) string {
				sum := sha256.Sum256([]byte(fmt.Sprint(text)))
				return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
			},
		}).Parse(htmlText))
	})
)

// htmlReport is one page for people. A server is rendered when it is added.
// What is rendered waits for its place, since the worst come first.
type htmlReport struct {
	w io.Writer

	all    htmlSummary
	rows   [3]spool.Spool // of the list of servers, by verdict
	sheets [3]spool.Spool // what is told of each server, by verdict
	brief  spool.Spool    // sheets[2] without drawings
	failed spool.Spool
}

// htmlSummary is what is true of all servers.
type htmlSummary struct {
	Version                      string // of this program
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
	r := &htmlReport{w: w}
	r.all = htmlSummary{Version: printable.Line(options.Version), Sources: map[string]int{}, Missing: map[string]int{}, Customized: map[string]int{}}
	for _, verdict := range verdicts {
		r.all.Verdicts = append(r.all.Verdicts, htmlCount{Verdict: verdict})
	}
	return r
}

func (r *htmlReport) Add(c Checked) error {
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
	return htmlTemplate().ExecuteTemplate(&r.failed, "failed", struct{ Document, Why string }{printable.Line(document), printable.Line(why.Error())})
}

func (r *htmlReport) Close() error {
	ok, unused := &r.sheets[len(verdicts)-1], &r.brief
	if r.all.Servers > mostDrawn {
		ok, unused = unused, ok
	}
	defer unused.Close()
	parts := []any{"head"} // names of templates, and what was rendered before
	if r.all.Failed > 0 {
		parts = append(parts, "failures", &r.failed, "end of failures")
	}
	if r.all.Servers > 0 {
		parts = append(parts, "servers", &r.rows[0], &r.rows[1], &r.rows[2], "end of servers")
	}
	for _, part := range append(parts, &r.sheets[0], &r.sheets[1], ok, "foot") {
		var text bytes.Buffer
		rendered, _ := part.(io.WriterTo)
		if name, isName := part.(string); isName {
			if err := htmlTemplate().ExecuteTemplate(&text, name, r.all); err != nil {
				return err
			}
			rendered = &text
		}
		if _, err := rendered.WriteTo(r.w); err != nil {
			return err
		}
	}
	return nil
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
