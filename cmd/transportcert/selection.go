package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/output"
)

// selectionFlags narrow what evaluate and explain write.
type selectionFlags struct{ scenario, connector string }

func (s *selectionFlags) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&s.scenario, "scenario", "", "write the decision of this `SCENARIO` alone: "+scenarios())
	flags.StringVar(&s.connector, "connector", "", "write about the connector of this `NAME` alone")
	complete(command, "scenario", strings.Split(scenarios(), ", "))
}

// selection returns what is to be written.
func (s *selectionFlags) selection() (output.Selection, error) {
	scenario := evaluate.Scenario(s.scenario)
	if scenario != "" && !slices.Contains(evaluate.Scenarios, scenario) {
		return output.Selection{}, usagef("--scenario: expected one of %s, found %q", scenarios(), s.scenario)
	}
	return output.Selection{Scenario: scenario, Connector: s.connector}, nil
}

// scenarios lists the names of all scenarios.
func scenarios() string {
	names := make([]string, len(evaluate.Scenarios))
	for i, scenario := range evaluate.Scenarios {
		names[i] = string(scenario)
	}
	return strings.Join(names, ", ")
}
