package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/internal/policytest"
	"github.com/transportcert/transportcert/internal/printable"
)

func newPolicy() *cobra.Command {
	return newGroup("policy", "Test and check Rego of your own",
		`Test and check Rego of your own, package transportcert.custom, that extends the shipped policies.
docs/extending.md shows how to write it.`,
		newPolicyTest(), newPolicyCheck())
}

func newPolicyTest() *cobra.Command {
	var options policytest.Options
	var format string
	var threshold float64
	command := &cobra.Command{
		Use:   "test DIR...",
		Short: "Run the tests of your Rego with the shipped policies loaded",
		Long: `Run the tests, which are rules test_... in files *_test.rego, with the shipped policies loaded. A failure shows the
expression that did not hold, and the values of its variables.

Exit codes: 0 all pass, 1 a test fails or the coverage is below the threshold, 2 an error, such as
that there are no tests.`,
		Example: `  transportcert policy test custom/
  transportcert policy test custom/ --coverage-threshold 100
  transportcert policy test custom/ --run weak_key -o json`,
		Args: folders,
		RunE: func(command *cobra.Command, paths []string) error {
			options.Coverage = options.Coverage || command.Flags().Changed("coverage-threshold")
			_, err := regexp.Compile(options.Run)
			switch {
			case format != "text" && format != "json":
				return usagef("--output: expected text or json, found %q", format)
			case err != nil:
				return usagef("--run: expected a regular expression: %v", err)
			case threshold < 0 || threshold > 100:
				return usagef("--coverage-threshold: expected a number from 0 to 100, found %v", threshold)
			case options.Deadline <= 0:
				return usagef("--deadline: expected a time like 10s, found %s", options.Deadline)
			}
			report, err := policytest.Run(command.Context(), paths, options)
			if err != nil {
				return err
			}
			if format == "json" {
				encoder := json.NewEncoder(printable.NewWriter(command.OutOrStdout(), printable.JSON))
				encoder.SetIndent("", "  ")
				err = encoder.Encode(report)
			} else {
				err = writeTests(command.OutOrStdout(), report)
			}
			below := options.Coverage && report.Coverage.Percent < threshold
			if below {
				note(command.ErrOrStderr())(fmt.Sprintf("the coverage is below %v %%", threshold))
			}
			if err == nil && (below || !report.Passed()) {
				err = errNo
			}
			return err
		},
	}
	flags := command.Flags()
	flags.StringVarP(&format, "output", "o", "text", "write the results in this `FORMAT`: text or json")
	flags.StringVar(&options.Run, "run", "", "run the tests whose names, data.transportcert.custom_test.test_x, match this `REGEX`")
	flags.DurationVar(&options.Deadline, "deadline", 10*time.Second, "end a test that takes longer than this `TIME`")
	flags.BoolVar(&options.Coverage, "coverage", false, "show which lines of your rules the tests do not reach")
	flags.Float64Var(&threshold, "coverage-threshold", 0, "expect that the tests reach this `PERCENT` of the lines")
	complete(command, "output", []string{"text", "json"})
	return command
}

func newPolicyCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check DIR...",
		Short: "Find mistakes in your Rego",
		Long: `Compile your Rego in strict mode with the schemas of the document and the decision, which finds misspelt fields, and
find packages, built-in functions and hooks that would not work.

Exit codes: 0 no mistakes, 1 mistakes, 2 an error.`,
		Example: `  transportcert policy check custom/`,
		Args:    folders,
		RunE: func(command *cobra.Command, paths []string) error {
			checked, err := policytest.Check(command.Context(), paths)
			if err != nil {
				return err
			}
			var text strings.Builder
			for _, problem := range checked.Problems {
				fmt.Fprintln(&text, printable.Line(problem.String()))
			}
			for _, file := range checked.Unformatted {
				note(command.ErrOrStderr())(file + " is not formatted; opa fmt --write does it")
			}
			if len(checked.Problems) == 0 {
				fmt.Fprintf(&text, "files of Rego: %d, nothing wrong\n", checked.Files)
			}
			_, err = io.WriteString(printable.NewWriter(command.OutOrStdout(), printable.Text), text.String())
			if err == nil && len(checked.Problems) > 0 {
				err = errNo
			}
			return err
		},
	}
}

// folders is what Args of a command for policies is.
func folders(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("expected DIR...")
	}
	return checkPolicyPaths(args)
}

// writeTests writes what did not pass, and how many did.
func writeTests(w io.Writer, report *policytest.Report) error {
	var text strings.Builder
	counts := map[string]int{}
	for _, test := range report.Tests {
		counts[test.Result]++
		if test.Result == "pass" {
			continue
		}
		fmt.Fprintf(&text, "%-5s %s:%d %s\n", test.Result, printable.Line(test.File), test.Line, printable.Line(test.Name))
		if test.Error != "" {
			fmt.Fprintf(&text, "      %s\n", indented(test.Error))
		}
		for _, failure := range test.Failures {
			if failure.Case != "" {
				fmt.Fprintf(&text, "      case %s\n", printable.Line(failure.Case))
			}
			if failure.File != "" {
				fmt.Fprintf(&text, "      %s:%d\n        %s\n", printable.Line(failure.File), failure.Line, indented(failure.Expression))
			}
		}
		if test.Output != "" {
			fmt.Fprintf(&text, "      it printed\n        %s\n", indented(strings.TrimSpace(test.Output)))
		}
	}
	fmt.Fprintf(&text, "tests: %d, pass: %d, fail: %d, error: %d, skip: %d\n",
		len(report.Tests), counts["pass"], counts["fail"], counts["error"], counts["skip"])
	if report.Coverage != nil {
		fmt.Fprintf(&text, "coverage: %.1f %% of %d lines\n", report.Coverage.Percent, report.Coverage.Lines)
		for _, lines := range report.Coverage.NotCovered {
			fmt.Fprintf(&text, "      not reached: %s\n", lines)
		}
	}
	_, err := io.WriteString(printable.NewWriter(w, printable.Text), text.String())
	return err
}

func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n        ") }
