// Package policies embeds the Rego policies. Their JSON Schemas are in package
// schemas, which can be imported without the policies.
package policies

import "embed"

// FS has the policies: the folder transportcert and the bundle's .manifest.
//
//go:embed all:transportcert .manifest
var FS embed.FS
