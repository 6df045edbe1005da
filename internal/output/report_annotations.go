package output

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/transportcert/transportcert/internal/documents"
	"github.com/transportcert/transportcert/internal/printable"
)

// annotations are lines of a log that a CI system takes as commands and shows
// beside the code. What is suppressed or known is a line of the log and no more.
type annotations struct {
	w           io.Writer
	line        func(a annotation) string
	open, close string // the lines around a group that the log folds
	totals      totals
}

type annotation struct {
	severity    string // error, warning or info
	id, title   string
	place       documents.Place
	description string // can have several lines
}

func (a *annotations) Add(c Checked) error {
	a.totals.add(c.Findings)
	if _, err := fmt.Fprintln(a.w, plainLine(c.Server+": "+c.Plan.Verdict)); err != nil {
		return err
	}
	for _, fact := range newServer(c.Facts, c.Decision).unknown() {
		if _, err := fmt.Fprintln(a.w, plainLine(c.Server+": "+fact)); err != nil {
			return err
		}
	}
	for i, finding := range c.Findings {
		line := a.line(annotation{finding.Severity, finding.RuleID, finding.Title, c.Places[i], advice(finding)})
		if finding.Suppressed != nil {
			line = plainLine("suppressed:", finding.RuleID, finding.Message, "Waived:", waiver(finding.Suppressed))
		} else if known(finding) {
			line = plainLine("known", finding.Severity+":", finding.RuleID, finding.Message)
		}
		if _, err := fmt.Fprintln(a.w, line); err != nil {
			return err
		}
	}
	if len(c.Plan.Actions) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(a.w, "%s\n%s%s\n", a.open+plainLine("Plan for "+c.Server), printable.Harmless(planText(c.Plan)), a.close)
	return err
}

func (a *annotations) Fail(document string, why error) error {
	a.totals.unread++
	_, err := fmt.Fprintln(a.w, a.line(annotation{
		severity: "error", title: "The check failed", place: documents.Place{File: document}, description: why.Error(),
	}))
	return err
}

// Close writes how many servers were checked, and what was found.
func (a *annotations) Close() error {
	_, err := fmt.Fprintf(a.w, "%s.\n", a.totals.words())
	return err
}

// plainLine is a line that no CI system takes for a command.
func plainLine(words ...string) string {
	return printable.Harmless(printable.Line(strings.Join(words, " ")))
}

// githubLine writes a workflow command of GitHub Actions.
func githubLine(a annotation) string {
	command := map[string]string{"error": "error", "warning": "warning"}[a.severity]
	if command == "" {
		command = "notice"
	}
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+githubProperty.Replace(printable.Harmless(value)))
		}
	}
	add("file", printable.Line(filepath.ToSlash(a.place.File)))
	if a.place.Line > 0 {
		add("line", fmt.Sprint(a.place.Line))
	}
	add("title", strings.TrimSpace(headline(a.id, a.title)))
	return fmt.Sprintf("::%s %s::%s", command, strings.Join(properties, ","), githubData.Replace(printable.Harmless(a.description)))
}

// What a workflow command has to escape, as GitHub's toolkit does.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// azureLine writes a logging command of Azure Pipelines, which knows errors and
// warnings only.
func azureLine(a annotation) string {
	if a.severity != "error" && a.severity != "warning" {
		return plainLine(a.severity+":", a.id, strings.ReplaceAll(a.description, "\n", " "))
	}
	properties := "type=" + a.severity
	add := func(name, value string) {
		if value != "" {
			properties += ";" + name + "=" + azureProperty.Replace(printable.Harmless(value))
		}
	}
	add("sourcepath", printable.Line(filepath.ToSlash(a.place.File)))
	if a.place.Line > 0 {
		add("linenumber", fmt.Sprint(a.place.Line))
	}
	add("code", a.id)
	return fmt.Sprintf("##vso[task.logissue %s]%s", properties, azureData.Replace(printable.Harmless(strings.TrimSpace(a.title+"\n"+a.description))))
}

// What a logging command has to escape, as Azure's task library does.
var (
	azureData     = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A")
	azureProperty = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", "]", "%5D", ";", "%3B")
)
