//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// same checks that the files contain the same decisions: NDJSON, the output of
// opa exec and conftest, and answers of the REST API, one per line.
func same(paths ...string) error {
	var first []string
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var decisions []string
		for decoder := json.NewDecoder(bytes.NewReader(text)); decoder.More(); {
			var value any
			if err := decoder.Decode(&value); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			decisions = append(decisions, found(value)...)
		}
		slices.Sort(decisions)
		if i == 0 {
			first = decisions
		}
		if len(decisions) == 0 || !slices.Equal(first, decisions) {
			return fmt.Errorf("%s contains %d decisions that differ from the %d in %s", path, len(decisions), len(first), paths[0])
		}
	}
	fmt.Fprintf(os.Stderr, "all programs made the same %d decisions\n", len(first))
	return nil
}

// found returns the decisions in a value as text: the objects with a time of
// evaluation.
func found(value any) (all []string) {
	switch value := value.(type) {
	case map[string]any:
		if _, isDecision := value["evaluated_at"]; isDecision {
			text, _ := json.Marshal(value) // with sorted keys
			return []string{string(text)}
		}
		for _, inner := range value {
			all = append(all, found(inner)...)
		}
	case []any:
		for _, inner := range value {
			all = append(all, found(inner)...)
		}
	}
	return all
}
