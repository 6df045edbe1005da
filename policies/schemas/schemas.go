// Package schemas embeds the JSON Schemas (draft 7) of the input and output of
// the policies. Go, Rego and editors use the same files.
package schemas

import _ "embed"

// Input is the schema of the input document.
//
//go:embed input.json
var Input []byte

// Decision is the schema of the decision.
//
//go:embed decision.json
var Decision []byte

// Findings is the schema of the findings.
//
//go:embed findings.json
var Findings []byte
