//go:build !js

package evaluate

import "github.com/open-policy-agent/opa/v1/rego"

func evalOptions() []rego.EvalOption { return nil }
