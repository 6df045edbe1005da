package transportcert.remedies

import data.transportcert.document
import data.transportcert.selection

# METADATA
# title: STARTTLS certificate
# description: >-
#   What gives a connector that finds no certificate for STARTTLS one, by the connector's name and its part of the
#   outcome. A certificate that lacks nothing but SMTP is enabled for it.
starttls_certificate(connector, result) := enable_for_smtp(candidates[0]) if {
	candidates := selection.in_order({thumbprint |
		some thumbprint, reasons in result.ineligible
		reasons == ["smtp_not_enabled"]
		is_usable(document.store[thumbprint])
	})
	count(candidates) > 0
} else := "# Import the certificates of the CA on the server, or import a certificate of a CA that the server trusts." if {
	result.stopped_at == "no_best_certificate"
} else := concat("\n", [
	"# Import the certificate that TlsCertificateName names, with its private key, and enable it for SMTP. To use another",
	"# certificate of the store, put its thumbprint in place of THUMBPRINT:",
	sprintf(
		"Get-ExchangeCertificate -Thumbprint THUMBPRINT -Server %s | ForEach-Object { Set-ReceiveConnector %s %s }",
		[
			quoted(input.server),
			quoted(concat(`\`, [input.server, connector])),
			`-TlsCertificateName "<I>$($_.Issuer)<S>$($_.Subject)"`,
		],
	),
]) if {
	result.searched_for.by == "tls_certificate_name"
} else := concat("\n", [
	"# Import a certificate for this name, with its private key, and enable it for SMTP. A connector with ExchangeServer",
	"# accepts no other FQDN than the server's names: for a certificate with another name set TlsCertificateName (2013",
	"# and later), or use a connector of its own.",
])

is_usable(certificate) if {
	selection.valid_now(certificate)
	not selection.known_revoked(certificate)
	certificate.self_signed == true
}

is_usable(certificate) if selection.valid_pki(certificate)

# METADATA
# title: Renew the STARTTLS certificate
# description: What renews an expired certificate for STARTTLS. Only a CA can renew what a CA issued.
renew_starttls(thumbprint) := concat("\n", [
	"# Answer No when asked whether to overwrite the default SMTP certificate:",
	sprintf(
		"Get-ExchangeCertificate -Thumbprint %[1]s -Server %[2]s | New-ExchangeCertificate -Server %[2]s -PrivateKeyExportable $true",
		[thumbprint, quoted(input.server)],
	),
]) if {
	document.store[thumbprint].self_signed == true
} else := concat("\n", [
	"# Request a certificate with the same names from the CA, import it with Import-ExchangeCertificate, and enable it for",
	"# SMTP. Answer No when asked whether to overwrite the default SMTP certificate.",
])

# METADATA
# title: Enable for SMTP
# description: The command that enables a certificate for SMTP, and for nothing else.
enable_for_smtp(thumbprint) := concat("\n", [
	"# Answer No when asked whether to overwrite the default SMTP certificate:",
	sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server %s", [thumbprint, quoted(input.server)]),
])

# METADATA
# title: Add Tls
# description: The command that adds Tls to the AuthMechanism of a connector.
add_tls(connector) := sprintf(
	"Set-ReceiveConnector %[1]s -AuthMechanism ((Get-ReceiveConnector %[1]s).AuthMechanism.ToString() + ', Tls')",
	[quoted(concat(`\`, [input.server, connector]))],
)
