package output

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
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
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", rule.ID, strings.ToLower(rule.ID), inline(rule.Severity), inline(rule.Title))
	}
	b.WriteString("\n## Thresholds\n\nThe rules go by these numbers. `data.transportcert.custom.config` sets others.\n\n| threshold | value |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(thresholds)) {
		fmt.Fprintf(&b, "| `%s` | %v |\n", name, thresholds[name])
	}
	for _, rule := range rules {
		fmt.Fprintf(&b, "\n<a id=\"%s\"></a>\n## %s: %s\n\nSeverity: %s\n\n%s\n", strings.ToLower(rule.ID), rule.ID, inline(rule.Title), inline(rule.Severity), inline(rule.Description))
		if rule.Remediation != "" {
			fmt.Fprintf(&b, "\n%s\n", remediationMarkdown(rule.Remediation))
		}
		for i, reference := range rule.References {
			if i == 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "- %s\n", link(reference))
		}
	}
	return b.String()
}

var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `[`, `\[`, `]`, `\]`, `|`, `\|`, `~`, `\~`, `&`, `&amp;`, `<`, `&lt;`, `>`, `&gt;`,
)

var blockStart = regexp.MustCompile(`^([#+=-]|[0-9]+[.)])`)

// inline writes text on one line that Markdown shows as it is. An underscore
// inside a name needs no escape.
func inline(text string) string {
	text = markup.Replace(strings.Join(strings.Fields(text), " "))
	if at := blockStart.FindStringIndex(text); at != nil {
		text = text[:at[1]-1] + `\` + text[at[1]-1:]
	}
	return strings.NewReplacer(" _", ` \_`, "_ ", `\_ `).Replace(text)
}

// link writes a reference. Only pages of the web are links.
func link(reference evaluate.Reference) string {
	if page, err := url.Parse(reference.URL); err == nil && (page.Scheme == "https" || page.Scheme == "http") {
		return fmt.Sprintf("[%s](%s)", inline(reference.Description), parentheses.Replace(page.String()))
	}
	return inline(reference.Description + " " + reference.URL)
}

var parentheses = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20")

// remediationMarkdown writes commands as a block of code, and words as they are.
func remediationMarkdown(remediation string) string {
	if isSentence(remediation) {
		return inline(remediation)
	}
	fence := "```" // longer than any in it
	for strings.Contains(remediation, fence) {
		fence += "`"
	}
	return fence + "powershell\n" + remediation + "\n" + fence
}
