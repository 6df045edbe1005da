// Package scripts holds the script that exports the facts of an organization in
// the Exchange Management Shell.
package scripts

import _ "embed"

// ExportName is the name of the file in which ExportTransportFacts belongs.
const ExportName = "Export-TransportFacts.ps1"

// ExportTransportFacts is a script for Windows PowerShell 2.0 to 5.1. It writes
// what package exports reads: CLIXML files at servers/NAME/*.xml and
// organization/*.xml below one folder, in a zip file where the server can make one.
//
//go:embed Export-TransportFacts.ps1
var ExportTransportFacts string
