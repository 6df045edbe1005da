package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/output"
)

func newRules() *cobra.Command {
	var policies policyFlags
	var name string
	command := &cobra.Command{
		Use:   "rules [ID...]",
		Short: "List the compliance rules",
		Long: `List the rules of "check": the shipped ones and, with --policy or --bundle, your own. With IDs, show everything about
these rules.

The output (-o) is text for people, json for programs, or markdown, as in docs/rules.md.`,
		Example: `  transportcert rules
  transportcert rules TC003 TC020
  transportcert rules --policy policies/ -o markdown > rules.md`,
		RunE: func(command *cobra.Command, ids []string) error {
			if err := policies.check(); err != nil {
				return err
			}
			if err := checkFormat(name, output.RuleFormats); err != nil {
				return err
			}
			evaluator, err := policies.evaluator(command)
			if err != nil {
				return err
			}
			all, err := evaluator.Rules(command.Context())
			if err != nil {
				return err
			}
			thresholds, err := evaluator.Thresholds(command.Context())
			if err != nil {
				return err
			}
			chosen, err := choose(all, ids)
			if err != nil {
				return err
			}
			return output.WriteRules(name, command.OutOrStdout(), chosen, thresholds, len(ids) > 0)
		},
	}
	policies.addFlags(command)
	addOutputFlag(command, &name, "rules", output.RuleFormats)
	return command
}

// choose returns the rules with these ids, in their order; all where there are
// no ids.
func choose(all []evaluate.Rule, ids []string) ([]evaluate.Rule, error) {
	if len(ids) == 0 {
		return all, nil
	}
	var chosen []evaluate.Rule
	for _, id := range ids {
		i := slices.IndexFunc(all, func(rule evaluate.Rule) bool { return strings.EqualFold(rule.ID, id) })
		if i < 0 {
			return nil, fmt.Errorf("there is no rule %q; \"transportcert rules\" lists the rules", id)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
