package scripts

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// code is the script without its help and comments.
func code(t *testing.T) string {
	t.Helper()
	_, body, found := strings.Cut(ExportTransportFacts, "#>\n")
	require.True(t, found, "comment-based help")
	return regexp.MustCompile(`(?m)(^| )# .*$`).ReplaceAllString(body, "")
}

// The script runs on production servers: every cmdlet that it calls either
// reads from Exchange or writes to its own folder.
func TestScriptCallsNothingElse(t *testing.T) {
	t.Parallel()
	want := []string{
		"Get-EdgeSubscription", "Get-ExchangeCertificate", "Get-ExchangeServer", "Get-HybridConfiguration",
		"Get-ReceiveConnector", "Get-SendConnector", "Get-TransportServer", "Get-TransportService", // Exchange
		"Add-Type", "Export-Clixml", "ForEach-Object", "Get-Command", "Get-Item", "Join-Path", "New-Item", "Remove-Item",
		"Resolve-Path", "Select-Object", "Test-Path", "Where-Object", "Write-Host", "Write-Progress", "Write-Warning",
		"Export-Result", "Test-Cmdlet", "Write-Problem", // its own functions
	}
	found := regexp.MustCompile(`\b[A-Z][A-Za-z]+-[A-Z][A-Za-z]+\b`).FindAllString(code(t), -1)
	slices.Sort(found)
	require.ElementsMatch(t, want, slices.Compact(found))
}

// Export-Result is the only place that calls a command by a variable name.
func TestScriptCallsVariableCommandsInOnePlace(t *testing.T) {
	t.Parallel()
	require.Len(t, regexp.MustCompile(`&\s*\$|Invoke-|\biex\b`).FindAllString(code(t), -1), 1)
	for _, match := range regexp.MustCompile(`(?m)^\s*Export-Result \S+ "[^"]+" (\S+)`).FindAllStringSubmatch(code(t), -1) {
		require.Regexp(t, `^('Get-[A-Za-z]+'|\$transport)$`, match[1])
	}
}

func TestScriptLayout(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`"\$(?:own|folder)\\([a-z\\-]+\.xml)"`).FindAllStringSubmatch(code(t), -1)
	var files []string
	for _, match := range found {
		files = append(files, match[1])
	}
	slices.Sort(files)
	require.Equal(t, []string{
		"certificates.xml", "connectors.xml", `organization\edge-subscriptions.xml`, `organization\hybrid.xml`,
		`organization\send-connectors.xml`, "server.xml", "transport.xml",
	}, slices.Compact(files))
	require.Contains(t, code(t), `$own = "$folder\servers\$name"`)
}

// Windows PowerShell 2.0 reads a file without a byte order mark as ANSI, and
// does not support features of 3.0 and later.
func TestScriptSuitsPowerShell2(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `^[\t\n -~]+$`, ExportTransportFacts)
	for _, later := range []string{
		`\[ordered\]`, `(?i)\[pscustomobject\]`, `(?i)\s-(not)?in\s`, `(?i)\$PSItem`, `(?i)-LiteralPath \S+ .*Export-Clixml`,
		`(?i)Export-Clixml.* -LiteralPath`, `\?\.`, `\?\?`, `(?i)\$PSScriptRoot`, `(?i)Compress-Archive`, `::new\(`, `(?i)\$using:`,
		`(?i)Get-ChildItem.* -(File|Directory)`, `(?i)\.(foreach|where)\(`, `(?i)-Parallel`, `\|\|`, `&&`, `(?m)^\s*(Where|ForEach)-Object [A-Za-z]`,
	} {
		require.NotRegexp(t, later, code(t))
	}
	require.Less(t, strings.Count(ExportTransportFacts, "\n"), 150)
}

// A Send connector can have a password, which must not be exported.
func TestScriptOmitsCredentials(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `(?s)'Get-SendConnector'\) \{[^}]*-ExcludeProperty AuthenticationCredential`, code(t))
}

func TestScriptHasItsName(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(ExportName)
	require.NoError(t, err)
	require.Equal(t, string(text), ExportTransportFacts)
}
