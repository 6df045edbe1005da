// Package scripts contains the Exchange Management Shell script that exports
// the facts of an organization.
package scripts

import _ "embed"

// ExportName is the file name of ExportTransportFacts.
const ExportName = "Export-TransportFacts.ps1"

// ExportTransportFacts is a script for Windows PowerShell 2.0 to 5.1. It writes
// what package exports reads: CLIXML files at servers/NAME/*.xml and
// organization/*.xml below a folder, as a zip file if the server can create one.
//
//go:embed Export-TransportFacts.ps1
var ExportTransportFacts string
