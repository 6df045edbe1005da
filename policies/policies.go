// Package policies embeds the Rego policies. Their JSON Schemas are in package
// schemas, for those who need no policies.
package policies

import "embed"

// FS holds the policies: the folder transportcert and the bundle's .manifest.
//
//go:embed all:transportcert .manifest
var FS embed.FS
