package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: A source server does not have the Send connector's certificate
# description: >-
#   The server is a source server of an enabled Send connector whose TlsCertificateName matches no certificate in the
#   store. Mail that leaves through this server lacks the certificate by which the receiving side, such as Exchange
#   Online, recognizes the organization. Servers that are not source servers do not need the certificate.
# related_resources:
#   - description: Set-SendConnector, TlsCertificateName
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-sendconnector
# custom:
#   id: TC065
#   severity: error
#   remediation: Import the certificate with its private key on {server}, and enable it for SMTP.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.name_again(name.kind, name.index),
	"message": sprintf("%s has the TlsCertificateName %s, but no certificate in the store has this issuer and subject", [
		name.described,
		name.value,
	]),
	"path": name.path,
	"connector": name.connector,
}) if {
	some name in tls_certificate_names
	name.sends
	names_nothing(name.value)
}
