// Package policies embeds the Rego policies and the JSON Schemas of the two
// documents. It is the only bridge between them and Go.
package policies

import "embed"

// FS holds the policies: the folder transportcert and the bundle's .manifest.
//
//go:embed all:transportcert .manifest
var FS embed.FS

// InputSchema is the JSON Schema (draft 7) of the input document.
//
//go:embed schemas/input.json
var InputSchema []byte

// DecisionSchema is the JSON Schema (draft 7) of the decision.
//
//go:embed schemas/decision.json
var DecisionSchema []byte

// FindingsSchema is the JSON Schema (draft 7) of the findings.
//
//go:embed schemas/findings.json
var FindingsSchema []byte
