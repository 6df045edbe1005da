# METADATA
# scope: package
# title: Remedies
# description: >-
#   How faults are repaired, in commands for the Exchange Management Shell. Each remedy is worded here and
#   nowhere else. Remedies read the outcomes of the scenarios, never their events.
# schemas:
#   - input: schema.input
package transportcert.remedies

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.internal_certificate

# METADATA
# title: Enable the best
# description: The command that makes the best certificate the internal transport certificate, or a new one without a best.
enable_best := sprintf(
	"Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server %s",
	[inbound_anonymous.outcome.best, quoted(input.server)],
) if {
	is_string(inbound_anonymous.outcome.best)
} else := sprintf("New-ExchangeCertificate -Services SMTP -Server %s", [quoted(input.server)])

# METADATA
# title: Serve the best
# description: >-
#   What makes the best certificate the internal transport certificate. From Exchange 2013 on a certificate of a CA must
#   not become it, so without a version there is no command.
serve_best := concat("\n", [
	"# Answer Yes when asked whether to overwrite the default SMTP certificate:",
	enable_best,
]) if {
	document.procedure_known
} else := concat("\n", [
	"# Find out the version of Exchange first, and gather it: Get-ExchangeServer | Format-List Name,AdminDisplayVersion",
	"# Exchange 2013 and later keep the self-signed certificate, and nothing has to be done. Exchange 2007 and 2010 ask for",
	"# the best certificate.",
])

# METADATA
# title: Renew the loaded
# description: >-
#   The commands that renew the loaded certificate and enable the new one for SMTP. Only a CA can renew
#   what a CA issued.
renew_loaded := sprintf(
	concat("\n", [
		"$renewed = Get-ExchangeCertificate -Thumbprint %[1]s -Server %[2]s | New-ExchangeCertificate -Server %[2]s",
		"Enable-ExchangeCertificate -Thumbprint $renewed.Thumbprint -Services SMTP -Server %[2]s",
	]),
	[internal_certificate.loaded.thumbprint, quoted(input.server)],
) if {
	internal_certificate.loaded.self_signed == true
} else := sprintf(
	concat("\n", [
		"Get-ExchangeCertificate -Thumbprint %[1]s -Server %[2]s | New-ExchangeCertificate -GenerateRequest -Server %[2]s",
		"# Send the request to the CA, import its answer with Import-ExchangeCertificate, then, with the new thumbprint:",
		"Enable-ExchangeCertificate -Thumbprint NEW -Services SMTP -Server %[2]s",
	]),
	[internal_certificate.loaded.thumbprint, quoted(input.server)],
)

# METADATA
# title: Quoted
# description: >-
#   A text as a PowerShell literal on one line. PowerShell takes the typographic quotes for quotes too; each one
#   inside is doubled, so that a name from a document stays a name. A name can hold a line end, as that of a
#   conflicting object in the directory does: one that has no shape is written in percent-encoding.
# scope: document
quoted(text) := sprintf("'%s'", [regex.replace(text, `(['‘’‚‛])`, "$1$1")]) if {
	not regex.match(without_shape, text)
} else := sprintf("([uri]::UnescapeDataString('%s'))", [replace(urlquery.encode(text), "+", "%20")])

# Control characters, ends of lines and what changes the direction of writing.
without_shape := `[^\pL\pM\pN\pP\pS\p{Zs}]`
