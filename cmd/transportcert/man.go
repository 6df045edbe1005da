package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan is for those who package the program, so help does not list it.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "Write a manual page for each command into a folder",
		Long: `Write a manual page for each command into a folder. The date on them is today's, or the one of the environment
variable SOURCE_DATE_EPOCH.`,
		Example: `  transportcert man man1`,
		Hidden:  true,
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("expected one argument, FOLDER, found %d", len(args))
			}
			root := command.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "transportcert " + thisBuild().version, Manual: "transportcert"}, args[0])
		},
	}
}
