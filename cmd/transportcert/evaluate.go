package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/output"
)

func newEvaluate() *cobra.Command {
	var flags documentFlags
	var name string
	command := &cobra.Command{
		Use:   "evaluate [PATH... | - | SOURCE...]",
		Short: "Decide which certificate a server serves",
		Long: `Decide for each document which certificate the server serves on X-ANONYMOUSTLS, whether its connectors
offer it, and which events the server logs. PATH is a document, a folder of documents (*.json and *.ndjson),
or NDJSON, one document a line; - or no PATH is standard input. With a SOURCE, one of the flags that "gather"
lists, the document is gathered.

The output (-o) is text for people, json or ndjson for programs, or pem: the certificate that would be served.

Exit codes: 0 every server offers X-ANONYMOUSTLS on a connector, 1 a server offers it on none,
2 an error, also with one document of many.`,
		Example: `  transportcert evaluate ex01.json
  transportcert evaluate --exports exports/EX01 --facts facts.json --roots contoso-ca.pem
  transportcert evaluate -o ndjson - < forest.ndjson
  transportcert evaluate -o pem ex01.json | openssl x509 -noout -enddate
  transportcert evaluate --at 2027-01-01T00:00:00Z documents/`,
		RunE: func(command *cobra.Command, paths []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			format, err := output.New(name, command.OutOrStdout(), flags.colors(command), output.Selection{})
			if err != nil {
				return usageError{err}
			}
			no := false
			err = flags.run(command, paths, format, func(decision *evaluate.Decision) {
				offered := slices.ContainsFunc(decision.InboundAnonymous.Connectors, func(c evaluate.AnonymousConnector) bool { return c.Advertise })
				no = no || !offered
				if name == "pem" && !offered {
					note(command.ErrOrStderr())(notServed(decision))
				}
			})
			if err == nil && no {
				err = errNo
			}
			return err
		},
	}
	flags.addFlags(command)
	command.Flags().StringVarP(&name, "output", "o", output.Names[0], "write decisions in this `FORMAT`: text, json, ndjson or pem")
	_ = command.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(output.Names, cobra.ShellCompDirectiveNoFileComp))
	return command
}

// notServed says what PEM cannot.
func notServed(decision *evaluate.Decision) string {
	if decision.InboundAnonymous.Thumbprint == nil {
		return decision.Server + " loads no certificate, and no connector offers X-ANONYMOUSTLS"
	}
	return decision.Server + " loads this certificate, but no connector offers X-ANONYMOUSTLS"
}
