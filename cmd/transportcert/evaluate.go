package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
	"github.com/transportcert/transportcert/internal/output"
)

func newEvaluate() *cobra.Command {
	var flags documentFlags
	var selected selectionFlags
	var name string
	command := &cobra.Command{
		Use:   "evaluate [PATH... | - | SOURCE...]",
		Short: "Decide which certificates a server uses",
		Long: `Decide for each document which certificate the server uses for X-ANONYMOUSTLS and STARTTLS, connector by connector,
and for sending mail to other servers of the organization, and which events it logs.

PATH is a document, a folder of documents (*.json and *.ndjson), or NDJSON with one document a line. Without PATH, or
with -, standard input is read. With a SOURCE, one of the flags that "gather" lists, the document is gathered.

The output (-o) is text for people, json or ndjson for programs, or pem: the certificate for --scenario and
--connector, or, without them, the one for X-ANONYMOUSTLS. Text about more than five servers begins with
tables of servers and events; --summary prints only these.

Exit codes: 0 no server puts mail at risk; 1 a server does, whatever --scenario says; 2 an error, even if it is about
one document of many. docs/plan.md lists what puts mail at risk.`,
		Example: `  transportcert evaluate ex01.json
  transportcert evaluate --exports exports/EX01 --facts facts.json --roots contoso-ca.pem
  transportcert evaluate -o ndjson - < forest.ndjson
  transportcert evaluate -o json --scenario inbound_starttls ex01.json
  transportcert evaluate -o pem --scenario inbound_starttls --connector "Default Frontend EX01" ex01.json
  transportcert evaluate --at 2027-01-01T00:00:00Z documents/`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			which, err := selected.selection()
			if err != nil {
				return err
			}
			if flags.summary && name != "text" {
				return usagef("--summary: expected -o text, found -o %s", name)
			}
			format, err := output.New(name, command.OutOrStdout(), flags.style(command), which)
			if err != nil {
				return usageError{err}
			}
			decide := decided
			if output.NeedsPlan(name) {
				decide = checked
			}
			to := decisions(format)
			if name == "pem" {
				to.isNo = func(o outcome) bool {
					notePEM(note(command.ErrOrStderr()), o.found.Decision, which)
					return o.found.MailAtRisk
				}
			}
			return flags.run(command, paths, to, decide)
		},
	}
	command.Flags().SortFlags = false
	command.Flags().StringVarP(&name, "output", "o", output.Names[0], "write decisions in this `FORMAT`: text, json, ndjson or pem")
	flags.addSummaryFlag(command)
	selected.addFlags(command)
	flags.addFlags(command)
	complete(command, "output", output.Names)
	return command
}

// notePEM notes what PEM cannot say.
func notePEM(note gather.Report, decision *evaluate.Decision, which output.Selection) {
	scenario := cmp.Or(which.Scenario, evaluate.InboundAnonymous)
	thumbprint, err := decision.Thumbprint(scenario, which.Connector)
	offers := func(c evaluate.AnonymousConnector) bool { return c.Advertise }
	switch {
	case err != nil:
	case thumbprint == nil:
		note(fmt.Sprintf("%s loads no certificate for %s", decision.Server, scenario))
	case scenario == evaluate.InboundAnonymous && !slices.ContainsFunc(decision.InboundAnonymous.Connectors, offers):
		note(decision.Server + " loads this certificate, but no connector offers X-ANONYMOUSTLS")
	}
}
