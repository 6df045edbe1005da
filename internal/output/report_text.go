package output

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/documents"
)

// textReport is for people: each server of which something was found, and at
// the end how many there are and what to do.
type textReport struct {
	w       io.Writer
	options ReportOptions

	servers, clean, unread int
	counts
	example evaluate.Finding // the first that fails the gate, or the first at all
}

func (t *textReport) Add(c Checked) error {
	t.servers++
	if len(c.Findings) == 0 {
		t.clean++
		return nil
	}
	p := &page{color: t.options.Color}
	p.headline(c.Decision)
	for _, i := range bySeverity(c.Findings) {
		finding := c.Findings[i]
		p.finding(finding, c.Places[i])
		t.count(finding)
	}
	_, err := t.w.Write(p.Bytes())
	return err
}

func (t *textReport) count(finding evaluate.Finding) {
	t.counts.add(finding)
	if t.example.RuleID == "" || t.options.FailOn.Fails(finding) && !t.options.FailOn.Fails(t.example) {
		t.example = finding
	}
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

func (p *page) finding(finding evaluate.Finding, place documents.Place) {
	label := p.paint(map[string]string{"error": red, "warning": yellow}[finding.Severity], finding.Severity)
	if finding.Suppressed != nil {
		label = "suppressed"
	} else if known(finding) {
		label = plain("known " + finding.Severity)
	}
	p.prose(2, "%s  %s", label, p.paint(bold, headline(finding.RuleID, finding.Title)))
	p.prose(2, "  %s", finding.Message)
	if finding.Suppressed != nil {
		p.prose(2, "  Waived: %s", waiver(finding.Suppressed))
	} else {
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
	t.unread++
	return nil
}

func (t *textReport) Close() error {
	p := &page{color: t.options.Color}
	checked := count(t.servers, "server", "servers") + " checked"
	if t.clean > 0 && t.clean < t.servers {
		checked += fmt.Sprintf(", %d without a finding", t.clean)
	}
	if t.unread > 0 {
		checked += ", " + count(t.unread, "document", "documents") + " not checked because of an error"
	}
	if t.servers > 0 || t.unread == 0 {
		checked += ": " + t.counts.words()
	}
	p.prose(0, "%s.", checked)
	if absent, notChecked := t.options.Baseline.Absent(); len(absent)+notChecked > 0 {
		p.prose(0, "%s", comparedWords(len(absent), notChecked))
	}
	if t.example.RuleID != "" {
		p.prose(6, "%s  %s", p.paint(bold, "Next"), t.next())
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

// words lists what there is.
func (c counts) words() string {
	var words []string
	if c.Errors > 0 {
		words = append(words, count(c.Errors, "error", "errors"))
	}
	if c.Warnings > 0 {
		words = append(words, count(c.Warnings, "warning", "warnings"))
	}
	if c.Infos > 0 {
		words = append(words, fmt.Sprintf("%d info", c.Infos))
	}
	if c.Suppressed > 0 {
		words = append(words, fmt.Sprintf("%d suppressed", c.Suppressed))
	}
	if c.Known > 0 {
		words = append(words, fmt.Sprintf("%d known", c.Known))
	}
	if words == nil {
		return "nothing found"
	}
	return list(words)
}

// next says what a person does after reading the findings.
func (t *textReport) next() string {
	more := ""
	if slices.ContainsFunc(t.options.Rules, func(rule evaluate.Rule) bool { return rule.ID == t.example.RuleID }) {
		more = fmt.Sprintf(" 'transportcert rules %s' tells more about a rule.", t.example.RuleID)
	}
	if t.options.FailOn.Fails(t.example) {
		return "Do what stands below each finding, then gather and check again." + more +
			" What has to stay as it is can be waived with --waivers FILE."
	}
	return fmt.Sprintf("Nothing fails the gate (--fail-on %s).%s", t.options.FailOn, more)
}
