package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/output"
)

func newExplain() *cobra.Command {
	var flags documentFlags
	var selected selectionFlags
	command := &cobra.Command{
		Use:   "explain [PATH... | - | SOURCE...]",
		Short: "Explain a decision step by step",
		Long: `Go through the steps of each scenario in order: what each step looks at, what it finds, and whether the process continues
or stops. STARTTLS is explained connector by connector. PATH and SOURCE are what they are for "evaluate".

Exit codes: 0 no server puts mail at risk, 1 a server does, 2 an error.`,
		Example: `  transportcert explain ex01.json
  transportcert explain --scenario inbound_starttls --connector "Default Frontend EX01" ex01.json
  transportcert explain --exports exports/EX01 --at 2027-01-01T00:00:00Z`,
		RunE: func(command *cobra.Command, paths []string) error {
			if format := command.Flag("output").Value.String(); format != "text" {
				return usagef("-o %s: explain writes text only; \"transportcert evaluate -o json\" writes the decision", format)
			}
			if err := flags.check(); err != nil {
				return err
			}
			which, err := selected.selection()
			if err != nil {
				return err
			}
			format := output.Explain(command.OutOrStdout(), flags.style(command), which)
			return flags.run(command, paths, decisions(format), explained)
		},
	}
	command.Flags().StringP("output", "o", "text", "the `FORMAT`, which is always text; evaluate -o json writes the decision for programs")
	_ = command.Flags().MarkHidden("output")
	selected.addFlags(command)
	flags.addFlags(command)
	return command
}

// explained decides, and finds out besides why each certificate is best or not.
func explained(ctx context.Context, evaluator *evaluate.Evaluator, o *outcome) (err error) {
	if err = o.check(ctx, evaluator); err == nil {
		o.found.Ranking, err = evaluator.Ranking(ctx, o.Document.Document)
	}
	return err
}
