package output

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/spool"
)

// textReport is for people: of many servers first tables, then the verdict, the
// findings and the plan of each, and at the end how many there are. All is
// written by Close.
type textReport struct {
	w       io.Writer
	options ReportOptions

	summary  summary
	few      []section // of the first servers, while there are no more
	sections spool.Spool
	totals   totals
	example  evaluate.Finding // the first that fails the gate, or the first at all
}

func (t *textReport) Add(c Checked) error {
	t.summary.addChecked(c)
	t.totals.add(c.Findings)
	for _, finding := range c.Findings {
		if t.example.RuleID == "" || t.options.FailOn.Fails(finding) && !t.options.FailOn.Fails(t.example) {
			t.example = finding
		}
	}
	if t.options.Summary {
		return nil
	}
	s := newServer(c.Facts, c.Decision)
	p := &page{Style: t.options.Style, names: s.prose()}
	p.headline(c.Decision, c.Plan)
	p.unknown(s)
	for _, i := range bySeverity(c.Findings) {
		p.finding(c.Findings[i], c.Places[i], c.Plan)
	}
	p.plan(c.Plan)
	p.line("")
	t.few = append(t.few, section{len(c.Findings) == 0, p.Bytes()})
	if len(t.summary.servers) <= manyServers {
		return nil
	}
	return t.keep(func(s section) bool { return !s.clean })
}

// A section is what is written about a server.
type section struct {
	clean bool // nothing was found
	text  []byte
}

// keep spools the sections that are written. Of many servers those without a
// finding are in the table alone.
func (t *textReport) keep(written func(section) bool) error {
	for _, s := range t.few {
		if !written(s) {
			continue
		}
		if _, err := t.sections.Write(s.text); err != nil {
			return err
		}
	}
	t.few = nil
	return nil
}

// bySeverity returns the findings' places, the worst first, the known ones and
// then the suppressed last.
func bySeverity(findings []evaluate.Finding) []int {
	order := make([]int, len(findings))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		switch finding := findings[i]; {
		case finding.Suppressed != nil:
			return 2 * len(baseline.Severities)
		case known(finding):
			return len(baseline.Severities) + slices.Index(baseline.Severities, finding.Severity)
		default:
			return slices.Index(baseline.Severities, finding.Severity)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank(a) - rank(b) })
	return order
}

func (p *page) finding(finding evaluate.Finding, place documents.Place, plan evaluate.Plan) {
	label := p.severity(finding.Severity)
	if finding.Suppressed != nil {
		label = "suppressed"
	} else if known(finding) {
		label = plain("known " + finding.Severity)
	}
	p.prose(2, "%s  %s", label, p.paint(bold, headline(finding.RuleID, finding.Title)))
	p.prose(2, "  %s%s", p.named(finding.Message), seeAction(plan, finding.Action))
	switch {
	case finding.Suppressed != nil:
		p.prose(2, "  Waived: %s", waiver(finding.Suppressed))
	case numbered(plan, finding.Action) == 0:
		for _, line := range strings.Split(finding.Remediation, "\n") {
			p.todo(line)
		}
	}
	p.line("  at %s", where(place, finding))
	p.line("")
}

// todo writes what to do: sentences break, commands never do.
func (p *page) todo(line string) {
	switch {
	case line == "":
	case isSentence(line):
		p.prose(2, "  %s", line)
	default:
		p.line("  %s", line)
	}
}

// isSentence tells words from a command.
func isSentence(line string) bool { return strings.HasSuffix(line, ".") }

// Fail leaves it to standard error to say why.
func (t *textReport) Fail(string, error) error {
	t.totals.unread++
	return nil
}

func (t *textReport) Close() error {
	p := &page{Style: t.options.Style}
	if t.options.Summary || len(t.summary.servers) > manyServers {
		p.checked(t.summary)
	}
	if _, err := t.w.Write(p.Bytes()); err != nil {
		return err
	}
	if err := t.keep(func(section) bool { return true }); err != nil {
		return err
	}
	if _, err := t.sections.WriteTo(t.w); err != nil {
		return err
	}
	p.Reset()
	p.prose(0, "%s.", t.totals.words())
	if absent, notChecked := t.options.Baseline.Absent(); len(absent)+notChecked > 0 {
		p.prose(0, "%s", comparedWords(len(absent), notChecked))
	}
	if t.example.RuleID != "" {
		p.prose(0, "%s", t.next())
	}
	_, err := t.w.Write(p.Bytes())
	return err
}

// comparedWords says what became of the findings of the baseline.
func comparedWords(absent, notChecked int) string {
	words := "Of the baseline, " + count(absent, "finding is", "findings are") + " no longer there"
	if notChecked > 0 {
		words += fmt.Sprintf(", and %s of servers that were not checked now", count(notChecked, "is", "are"))
	}
	return words + "."
}

// next says what a person can do with the findings besides following the plan.
func (t *textReport) next() string {
	var sentences []string
	if !t.options.FailOn.Fails(t.example) {
		sentences = append(sentences, fmt.Sprintf("No finding fails the check (--fail-on %s).", t.options.FailOn))
	}
	if slices.ContainsFunc(t.options.Rules, func(rule evaluate.Rule) bool { return rule.ID == t.example.RuleID }) {
		sentences = append(sentences, fmt.Sprintf("'transportcert rules %s' explains a rule.", t.example.RuleID))
	}
	if t.options.FailOn.Fails(t.example) {
		sentences = append(sentences, "Use --waivers FILE to accept a finding until a date.")
	}
	return strings.Join(sentences, " ")
}
