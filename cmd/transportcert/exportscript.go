package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/scripts"
)

func newExportScript() *cobra.Command {
	return &cobra.Command{
		Use:   "export-script",
		Short: "Print the script that exports the facts in the Exchange Management Shell",
		Long: `Print ` + scripts.ExportName + `. Run it once in the Exchange Management Shell: it reads the settings of all servers of the
organization, changes nothing, and writes one zip file for --exports.`,
		Example: `  transportcert export-script > ` + scripts.ExportName,
		Args:    noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			_, err := io.WriteString(command.OutOrStdout(), scripts.ExportTransportFacts)
			return err
		},
	}
}
