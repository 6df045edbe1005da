package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/baseline"
	"github.com/transportcert/transportcert/internal/output"
)

func newCheck() *cobra.Command {
	var flags documentFlags
	var outputs []string
	var failOn, baselineFile string
	command := &cobra.Command{
		Use:   "check [PATH... | - | SOURCE...]",
		Short: "Find what is wrong and how to repair it, for people and for CI",
		Long: `Check each document, and the decision for it, against the compliance rules ("transportcert rules" lists them). PATH and
SOURCE are the same as for "evaluate".

The output (-o FORMAT) is one of these, and -o FORMAT=FILE writes it to a file. -o can be repeated.

  text           for people; about more than five servers it begins with tables, and --summary prints only these
  json           for programs
  junit, sarif   for CI systems
  codequality    for GitLab
  github, azure  annotations in the log of GitHub Actions and Azure Pipelines
  html           a page that draws the decision
  prometheus     metrics for the textfile collectors of Prometheus' exporters
  csv            a table for spreadsheets
  plan           the plan as a PowerShell script

A waiver (--waivers) suppresses a finding until a date. The file is JSON or YAML, a list of waivers with rule_id,
server or thumbprint or both, reason and expires. Standard error names each waiver that applies to nothing.

With a baseline (--baseline), the JSON of an earlier check, only new findings fail the check. A finding is known by its
rule, server, certificate, connector and field. If it is more severe than it was, or its waiver has expired, it is new.
Every report but codequality and plan marks the known findings. The verdict and the plan are about all findings.

Exit codes: 0 no finding fails the check (--fail-on); 1 a finding does; 2 an error, even if it is about one document
of many.`,
		Example: `  transportcert check documents/
  transportcert check --exports exports/EX01 --roots contoso-ca.pem --fail-on warning
  transportcert check --waivers waivers.yaml -o text -o sarif=findings.sarif -o junit=findings.xml documents/
  transportcert check --all-servers --exports exports -o text -o html=report.html
  transportcert check --all-servers --exports exports -o prometheus=/var/lib/node_exporter/transportcert.prom
  transportcert check --at 2027-03-01T00:00:00Z ex01.json
  transportcert check -o json=baseline.json documents/
  transportcert check --baseline baseline.json documents/`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if !slices.Contains(output.FailOns, failOn) {
				return usagef("--fail-on: expected error, warning or none, found %q", failOn)
			}
			targets, err := parseTargets(outputs)
			if err != nil {
				return err
			}
			if flags.summary && !slices.ContainsFunc(targets, func(t target) bool { return t.format == "text" }) {
				return usagef("--summary: expected -o text, found %s", strings.Join(outputs, ", "))
			}
			var before *baseline.Baseline
			if baselineFile != "" {
				if before, err = baseline.Read(baselineFile); err != nil {
					return fmt.Errorf("--baseline: %w", err)
				}
			}
			all, err := flags.from.documents(command, paths)
			if err != nil {
				return err
			}
			evaluator, err := flags.evaluator(command)
			if err != nil {
				return err
			}
			rules, err := evaluator.Rules(command.Context())
			if err != nil {
				return err
			}
			gate := &gate{failOn: output.FailOn(failOn), baseline: before, waivers: newWaiverUse(evaluator.Waivers(), rules), stderr: command.ErrOrStderr()}
			gate.reports, err = openReports(targets, command.OutOrStdout(), output.ReportOptions{
				Rules: rules, FailOn: gate.failOn, Style: flags.style(command), Version: thisBuild().version, Baseline: before,
			})
			if err != nil {
				return err
			}
			err = flags.each(command, all, gate, func(o *outcome) error {
				err := o.check(command.Context(), evaluator)
				if err == nil && slices.ContainsFunc(targets, func(t target) bool { return output.NeedsForecast(t.format) }) {
					o.found.Forecast, err = evaluator.Forecast(command.Context(), o.Document.Document)
				}
				o.found.Places = o.Places(evaluate.Paths(o.found.Findings), flags.from.files()...)
				return err
			})
			for _, sentence := range gate.waivers.notes() {
				note(command.ErrOrStderr())(sentence)
			}
			if err == nil && gate.failed {
				err = errNo
			}
			return err
		},
	}
	more := command.Flags()
	more.SortFlags = false
	more.StringArrayVarP(&outputs, "output", "o", output.Reports[:1], "write findings in this `FORMAT[=FILE]`: "+strings.Join(output.Reports, ", ")+"; can be repeated")
	more.StringVar(&failOn, "fail-on", output.FailOns[0], "end with exit code 1 if a finding is of this `SEVERITY` or worse: error, warning or none")
	more.StringArrayVar(&flags.policies.waivers, "waivers", nil, "suppress the findings that this `FILE` names, JSON or YAML; can be repeated")
	more.StringVar(&baselineFile, "baseline", "", "fail the gate for new findings only: those that are not in this `FILE`, written by check -o json")
	flags.addSummaryFlag(command)
	flags.addFlags(command)
	_ = command.MarkFlagFilename("waivers", "yaml", "yml", "json")
	_ = command.MarkFlagFilename("baseline", "json")
	complete(command, "output", output.Reports)
	complete(command, "fail-on", output.FailOns)
	return command
}

// files are those that the sources of a gathered document name.
func (s *sources) files() []string {
	files := s.values("exports")
	if s.facts != "" {
		files = append(files, s.facts)
	}
	return files
}

// A gate is the sink of check.
type gate struct {
	reports  reports
	failOn   output.FailOn
	baseline *baseline.Baseline // nil: none
	waivers  *waiverUse
	stderr   io.Writer
	failed   bool
}

func (g *gate) write(o outcome) error {
	g.baseline.Mark(o.found.Server, o.found.Findings)
	g.waivers.see(o)
	g.failed = g.failed || slices.ContainsFunc(o.found.Findings, g.failOn.Fails)
	for _, r := range g.reports {
		if err := r.Add(o.found); err != nil {
			return writeError{err}
		}
	}
	return nil
}

func (g *gate) fail(document string, why error) error {
	g.waivers.unread = true
	for _, r := range g.reports {
		if err := r.Fail(cmp.Or(document, output.WholeRun), why); err != nil {
			return err
		}
	}
	return nil
}

func (g *gate) close() error { return g.reports.close(g.stderr) }
