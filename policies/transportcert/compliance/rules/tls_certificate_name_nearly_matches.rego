package transportcert.compliance.rules

import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A TlsCertificateName nearly matches a certificate
# description: >-
#   The TlsCertificateName of a connector matches no certificate in the store, but would match one if spaces and the
#   order of the parts of issuer and subject were ignored. Exchange ignores only case.
# related_resources:
#   - description: Set-ReceiveConnector, TlsCertificateName
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC063
#   severity: error
#   remediation: >-
#     Set the connector's TlsCertificateName to the issuer and subject as Get-ExchangeCertificate prints them.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.name_again(name.kind, name.index),
	"message": sprintf("%s has the TlsCertificateName %s, which differs from that of the certificate %s only in spaces or in the order of the parts", [
		name.described,
		name.value,
		thumbprint,
	]),
	"path": name.path,
	"thumbprint": thumbprint,
	"connector": name.connector,
}) if {
	some name in tls_certificate_names
	count(named(name.value)) == 0
	thumbprint := selection.in_order(remedies.almost_named(name.value))[0]
}
