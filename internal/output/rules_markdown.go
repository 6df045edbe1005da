package output

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
)

const rulesIntroduction = `# Rules

` + "`transportcert check`" + ` holds a server's document and decision against these rules. An id never changes its meaning. A finding of
severity error fails a gate, a warning does so with ` + "`--fail-on warning`" + `, info never does. [ci.md](ci.md) shows how to set up a
gate and how to waive a finding, [extending.md](extending.md) how to add rules and change thresholds.

This page is written by ` + "`transportcert rules -o markdown`" + ` from the METADATA of the rules.
A name in braces stands for a fact of the finding; a finding itself has it filled in.
`

func rulesMarkdown(rules []evaluate.Rule, thresholds map[string]float64) string {
	var b strings.Builder
	b.WriteString(rulesIntroduction)
	b.WriteString("\n| rule | severity | |\n|---|---|---|\n")
	for _, rule := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", rule.ID, strings.ToLower(rule.ID), rule.Severity, cell.Replace(rule.Title))
	}
	b.WriteString("\n## Thresholds\n\nThe rules go by these numbers. `data.transportcert.custom.config` sets others.\n\n| threshold | value |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(thresholds)) {
		fmt.Fprintf(&b, "| `%s` | %v |\n", name, thresholds[name])
	}
	for _, rule := range rules {
		fmt.Fprintf(&b, "\n<a id=\"%s\"></a>\n## %s: %s\n\nSeverity: %s\n\n%s\n", strings.ToLower(rule.ID), rule.ID, rule.Title, rule.Severity, rule.Description)
		if rule.Remediation != "" {
			fmt.Fprintf(&b, "\n%s\n", remediationMarkdown(rule.Remediation))
		}
		for i, reference := range rule.References {
			if i == 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "- [%s](%s)\n", reference.Description, reference.URL)
		}
	}
	return b.String()
}

var cell = strings.NewReplacer("|", `\|`)

// remediationMarkdown writes commands as a block of code, and words as they are.
func remediationMarkdown(remediation string) string {
	if isSentence(remediation) {
		return remediation
	}
	return "```powershell\n" + remediation + "\n```"
}
