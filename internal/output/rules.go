package output

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/printable"
)

// RuleFormats lists the formats that WriteRules knows, the default first.
var RuleFormats = []string{"text", "json", "markdown"}

// WriteRules writes what the compliance rules are, with the thresholds that
// they go by. Whole says whether text tells everything about each rule, or its
// title only.
func WriteRules(name string, w io.Writer, rules []evaluate.Rule, thresholds map[string]float64, whole bool) error {
	switch name {
	case "text":
		w = printable.NewWriter(w, printable.Text)
		p := &page{}
		p.rules(rules, thresholds, whole)
		_, err := w.Write(p.Bytes())
		return err
	case "json":
		return newEncoder(w, name).Encode(map[string]any{"rules": rules, "thresholds": thresholds})
	case "markdown":
		_, err := io.WriteString(printable.NewWriter(w, printable.Commands), rulesMarkdown(rules, thresholds))
		return err
	}
	return unknownFormat(name, RuleFormats)
}

func (p *page) rules(rules []evaluate.Rule, thresholds map[string]float64, whole bool) {
	for _, rule := range rules {
		p.line("%-7s %-8s %s", rule.ID, rule.Severity, rule.Title)
		if whole {
			p.rule(rule)
		}
	}
	if whole {
		return
	}
	p.line("")
	p.line("Thresholds")
	for _, name := range slices.Sorted(maps.Keys(thresholds)) {
		p.line("  %-22s%v", name, thresholds[name])
	}
	p.line("")
	p.line("Next  transportcert rules ID tells everything about a rule.")
}

func (p *page) rule(rule evaluate.Rule) {
	p.prose(2, "  %s", rule.Description)
	for _, line := range strings.Split(rule.Remediation, "\n") {
		p.todo(line)
	}
	for _, reference := range rule.References {
		p.line("  %s", reference.URL)
	}
	p.line("")
}
