package transportcert.remedies

# METADATA
# title: Set TlsCertificateName
# description: >-
#   What gives a connector a TlsCertificateName that names a certificate, by the command that sets the connector.
#   Which certificate is for the administrator to say.
set_tls_certificate_name(command) := concat("\n", [
	"# Import the certificate that the connector is to use, with its private key, and enable it for SMTP. Answer No when",
	"# asked whether to overwrite the default SMTP certificate. Then, with its thumbprint for THUMBPRINT:",
	set_tls_certificate_name_of(command, "THUMBPRINT"),
])

# METADATA
# title: Set TlsCertificateName of a certificate
# description: The commands that let a connector name a certificate, by the command that sets the connector.
set_tls_certificate_name_of(command, thumbprint) := concat("\n", [
	sprintf("$certificate = Get-ExchangeCertificate -Thumbprint %s -Server %s", [thumbprint, quoted(input.server)]),
	concat(" ", [command, `-TlsCertificateName "<I>$($certificate.Issuer)<S>$($certificate.Subject)"`]),
])

# METADATA
# title: Import for SMTP
# description: >-
#   What gives the server a certificate that another server has. The command that asks for the password comes last, so
#   that no pasted line answers.
import_for_smtp := concat("\n", [
	"# Export the certificate with its private key on a server that has it (Export-ExchangeCertificate), and import it with",
	"# the command below. Then enable it for SMTP with Enable-ExchangeCertificate; answer No when asked whether to overwrite",
	"# the default SMTP certificate.",
	sprintf(
		concat(" ", [
			"Import-ExchangeCertificate -Server %s",
			`-FileData ([System.IO.File]::ReadAllBytes('C:\certificate.pfx'))`,
			"-Password (Read-Host 'Password' -AsSecureString)",
		]),
		[quoted(input.server)],
	),
])
