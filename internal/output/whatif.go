package output

import (
	"io"
	"slices"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/diff"
	"github.com/transportcert/transportcert/internal/printable"
)

// WhatIfFormats lists the formats that WriteWhatIf knows, the default first.
var WhatIfFormats = []string{"text", "json", "document"}

// WhatIf is a server before and after edits.
type WhatIf struct {
	Edits         []string // as on a command line
	Before, After diff.Snapshot
}

// IsWorse reports whether mail would be put at risk, or a finding of severity
// error that is not waived would appear.
func (w WhatIf) IsWorse() bool {
	return w.After.Decision.MailAtRisk && !w.Before.Decision.MailAtRisk ||
		slices.ContainsFunc(diff.Differ(w.Before, w.After).Findings.Appeared, FailOn("error").Fails)
}

// WriteWhatIf writes what the edits change. The style is that of text.
func WriteWhatIf(name string, w io.Writer, style Style, result WhatIf) error {
	switch name {
	case "text":
		p := &page{Style: style}
		p.whatIf(result)
		_, err := printable.NewWriter(w, encoding(style.Color)).Write(p.Bytes())
		return err
	case "json":
		return newEncoder(w, name).Encode(result.value())
	case "document":
		return result.After.Document.Encode(printable.NewWriter(w, printable.JSON))
	}
	return unknownFormat(name, WhatIfFormats)
}

func (w WhatIf) value() any {
	return struct {
		Server      string             `json:"server"`
		Edits       []string           `json:"edits"`
		Before      *evaluate.Decision `json:"before"`
		After       *evaluate.Decision `json:"after"`
		Differences diff.Differences   `json:"differences"`
		Plan        evaluate.Plan      `json:"plan"` // that is left
	}{
		w.After.Decision.Server, w.Edits, w.Before.Decision, w.After.Decision,
		diff.Differ(w.Before, w.After), w.After.Plan,
	}
}

func (p *page) whatIf(w WhatIf) {
	p.title(headlineOf(w.Before.Decision)+", what if", "=")
	for _, edit := range w.Edits {
		p.line("  %s", edit)
	}
	p.line("")
	before, after := w.Before.Plan.Verdict, w.After.Plan.Verdict
	p.line("%s -> %s", p.paint(verdictColor(before), before), p.paint(verdictColor(after), after))
	p.line("")
	p.unknown(newDecided(w.After))
	d := diff.Differ(w.Before, w.After)
	same := func(text string) string { return text }
	parts := partsOf(&diff.Server{State: diff.Changed, Old: &w.Before, New: &w.After, Facts: d.Facts, Decision: d.Decision}, same)
	for _, part := range parts {
		p.heading(part.title)
		for _, line := range part.lines {
			p.prose(4, "  %s", line)
		}
		p.line("")
	}
	if w.madeUp(d.Facts) {
		p.prose(0, "A certificate that does not exist yet has a thumbprint that stands for it; the real one will be another.")
		p.line("")
	}
	p.movedFindings(d.Findings)
	p.movedDates(d.Forecast)
	if len(parts) == 0 && len(d.Findings.Appeared)+len(d.Findings.Disappeared)+len(d.Forecast.Appeared)+len(d.Forecast.Disappeared) == 0 {
		p.line("Nothing changes.")
		p.line("")
	}
	p.plan(w.After.Plan)
}

// madeUp reports whether a certificate is added that no file holds.
func (w WhatIf) madeUp(facts []diff.Fact) bool {
	for _, fact := range facts {
		for _, certificate := range w.After.Document.Certificates {
			if fact.Change == diff.Added && fact.Name == certificate.Thumbprint && len(certificate.DER) == 0 {
				return true
			}
		}
	}
	return false
}

func (p *page) movedFindings(findings diff.Moved[evaluate.Finding]) {
	if len(findings.Appeared)+len(findings.Disappeared) == 0 {
		return
	}
	p.heading("Findings")
	for _, finding := range findings.Disappeared {
		p.prose(4, "  gone  %s: %s", finding.Severity, headline(finding.RuleID, finding.Title))
	}
	for _, finding := range findings.Appeared {
		severity := p.severity(finding.Severity)
		if finding.Suppressed != nil {
			severity = "suppressed"
		}
		p.prose(4, "  new   %s: %s", severity, headline(finding.RuleID, finding.Title))
		p.prose(8, "        %s", finding.Message)
	}
	p.line("")
}

// movedDates shows each sentence once: receiving and sending share a certificate.
func (p *page) movedDates(dates diff.Moved[diff.Dated]) {
	if len(dates.Appeared)+len(dates.Disappeared) == 0 {
		return
	}
	p.heading("Forecast")
	seen := map[string]bool{}
	write := func(word string, all []diff.Dated) {
		for _, change := range all {
			mark := ""
			if change.Worse {
				mark = "worse: "
			}
			if key := word + change.At + change.Sentence; !seen[key] {
				seen[key] = true
				p.prose(4, "  %s %s, %s%s", word, when(change.At), mark, change.Sentence)
			}
		}
	}
	write("gone ", dates.Disappeared)
	write("new  ", dates.Appeared)
	p.line("")
}
