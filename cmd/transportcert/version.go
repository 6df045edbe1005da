package main

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// What the linker writes into a release; other builds have what Go knows of them.
var (
	releaseVersion string // 1.2.3
	releaseCommit  string
	releaseDate    string // of the commit, RFC 3339
)

// A build says which version of the program this is.
type build struct{ version, commit, date, goVersion, opa string }

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, commit and date, and the versions of Go and OPA",
		Example: `  transportcert version`,
		Args:    noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			b := thisBuild()
			_, err := fmt.Fprintf(command.OutOrStdout(), "transportcert %s\ncommit %s\ndate %s\n%s\nopa %s\n", b.version, b.commit, b.date, b.goVersion, b.opa)
			return err
		},
	}
}

// String is the build in one line, for --version.
func (b build) String() string {
	return fmt.Sprintf("%s (commit %s, %s)", b.version, b.commit, b.date)
}

func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	b := describe(info)
	b.version = cmp.Or(releaseVersion, b.version)
	b.commit = cmp.Or(releaseCommit, b.commit)
	b.date = cmp.Or(releaseDate, b.date)
	return b
}

// describe reads what Go records of a build.
func describe(info *debug.BuildInfo) build {
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	b := build{
		version:   cmp.Or(strings.TrimPrefix(info.Main.Version, "v"), "(devel)"),
		commit:    cmp.Or(settings["vcs.revision"], "unknown"),
		date:      cmp.Or(settings["vcs.time"], "unknown"),
		goVersion: cmp.Or(info.GoVersion, "go unknown"),
		opa:       "unknown",
	}
	if settings["vcs.modified"] == "true" {
		b.commit += " (modified)"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/open-policy-agent/opa" {
			b.opa = module.Version
		}
	}
	return b
}
