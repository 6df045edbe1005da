package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// withNearest adds to the error for an unknown flag the one that may have been
// meant.
func withNearest(command *cobra.Command, err error) error {
	unknown := (*pflag.NotExistError)(nil)
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return err
	}
	name := unknown.GetSpecifiedName()
	nearest, least := "", 1+min(2, len(name)/3)
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if distance := levenshtein.ComputeDistance(name[:min(len(name), 100)], flag.Name); distance < least && !flag.Hidden {
			nearest, least = flag.Name, distance
		}
	})
	if nearest == "" {
		return err
	}
	return fmt.Errorf("%w; did you mean --%s?", err, nearest)
}

// complete lets a shell offer the values of a flag.
func complete(command *cobra.Command, flag string, values []string) {
	_ = command.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// addOutputFlag adds -o, the format in which something is written: the first one
// unless another is given.
func addOutputFlag(command *cobra.Command, format *string, what string, formats []string) {
	command.Flags().StringVarP(format, "output", "o", formats[0], "write "+what+" in this `FORMAT`: "+strings.Join(formats, ", "))
	complete(command, "output", formats)
}

func checkFormat(format string, formats []string) error {
	if !slices.Contains(formats, format) {
		return usagef("unknown output format %q: expected one of %s", format, strings.Join(formats, ", "))
	}
	return nil
}

// newGroup makes a command that is nothing but a heading for others.
func newGroup(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	group := &cobra.Command{
		Use: use, Short: short, Long: long, Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	group.AddCommand(commands...)
	return group
}

// groupOf is the annotation of a flag with the heading below which help lists it.
const groupOf = "group"

// The headings of help, below which flags are that several commands have.
const (
	ownFlags       = "Flags" // of the command, and those without a heading
	sourceFlags    = "Sources of facts"
	directoryGroup = "With --ldap-url"
	storeGroup     = "With --store"
	decisionFlags  = "Decision"
)

// group puts the flags of a command that have no heading yet below one.
func group(command *cobra.Command, heading string) {
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Annotations[groupOf] == nil {
			_ = command.Flags().SetAnnotation(flag.Name, groupOf, []string{heading})
		}
	})
}

// helpWidth is where the words about a flag break, in characters.
const helpWidth = 120

// anyBool is what pflag writes behind each flag that is on or off. What is off
// unless it is given needs no value.
const anyBool = "[=true|false]"

// flagUsages lists flags below their headings, those of the command itself first.
func flagUsages(flags *pflag.FlagSet) string {
	order := []string{ownFlags}
	groups := map[string]*pflag.FlagSet{}
	flags.VisitAll(func(flag *pflag.Flag) {
		heading := ownFlags
		if annotated := flag.Annotations[groupOf]; annotated != nil {
			heading = annotated[0]
		}
		if groups[heading] == nil {
			groups[heading] = newFlagSet()
			if heading != ownFlags {
				order = append(order, heading)
			}
		}
		groups[heading].AddFlag(flag)
	})
	var text []string
	for _, heading := range order {
		if groups[heading] != nil && groups[heading].HasAvailableFlags() {
			usages := strings.ReplaceAll(groups[heading].FlagUsagesWrapped(helpWidth), anyBool, strings.Repeat(" ", len(anyBool)))
			text = append(text, heading+":\n"+strings.TrimRight(usages, " \n"))
		}
	}
	return strings.Join(text, "\n\n")
}

// groupFlags makes a command and those below it list flags by headings.
func groupFlags(root *cobra.Command) {
	cobra.AddTemplateFunc("flagUsages", flagUsages)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(),
		"Flags:\n{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}", "{{flagUsages .LocalFlags}}", 1))
}
