package main

import (
	"errors"
	"fmt"

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
