package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and those of Go and OPA",
		Example: `  transportcert version`,
		Args:    noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return fmt.Errorf("the program was built without build information")
			}
			_, err := fmt.Fprint(command.OutOrStdout(), describe(info))
			return err
		},
	}
}

// describe writes one line for each thing that has a version.
func describe(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	commit := settings["vcs.revision"]
	if commit == "" {
		commit = "unknown"
	}
	if settings["vcs.modified"] == "true" {
		commit += " (modified)"
	}
	opa := "unknown"
	for _, module := range info.Deps {
		if module.Path == "github.com/open-policy-agent/opa" {
			opa = module.Version
		}
	}
	return fmt.Sprintf("transportcert %s\ncommit %s\n%s\nopa %s\n", versionOf(info), commit, info.GoVersion, opa)
}

func versionOf(info *debug.BuildInfo) string {
	return cmp.Or(info.Main.Version, "(devel)")
}

// version is that of this program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	return versionOf(info)
}
