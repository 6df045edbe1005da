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

` + "`transportcert check`" + ` checks each server against these rules. To run it in CI and to waive findings, see [ci.md](ci.md). To add rules and
change thresholds, see [extending.md](extending.md).

Findings of severity error fail the check. Warnings do so only with ` + "`--fail-on warning`" + `, and findings of severity info never do. The id of a
rule never changes.

` + "`transportcert rules -o markdown`" + ` generates this page from the METADATA of the rules. In a finding, names in braces such as ` + "`{server}`" + ` are
replaced by the actual values.
`

func rulesMarkdown(rules []evaluate.Rule, thresholds map[string]float64) string {
	var b strings.Builder
	b.WriteString(rulesIntroduction)
	b.WriteString("\n| rule | severity | title |\n|---|---|---|\n")
	for _, rule := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", rule.ID, strings.ToLower(rule.ID), inline(rule.Severity), inline(rule.Title))
	}
	b.WriteString("\n## Thresholds\n\nTo change these values, set `data.transportcert.custom.config`.\n\n| threshold | value |\n|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(thresholds)) {
		fmt.Fprintf(&b, "| `%s` | %v |\n", name, thresholds[name])
	}
	for _, rule := range rules {
		fmt.Fprintf(&b, "\n<a id=\"%s\"></a>\n## %s: %s\n\nSeverity: %s\n\n%s\n", strings.ToLower(rule.ID), rule.ID, inline(rule.Title), inline(rule.Severity), ruleMarkdown(rule))
	}
	return b.String()
}

// ruleMarkdown says what a rule is about, what to do, and where to read more.
func ruleMarkdown(rule evaluate.Rule) string {
	text := inline(rule.Description)
	if rule.Remediation != "" {
		text += "\n\n" + remediationMarkdown(rule.Remediation)
	}
	for i, reference := range rule.References {
		if i == 0 {
			text += "\n"
		}
		text += "\n- " + link(reference)
	}
	return text
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
