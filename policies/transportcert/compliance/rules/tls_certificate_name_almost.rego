package transportcert.compliance.rules

import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A TlsCertificateName that almost names a certificate
# description: >-
#   The TlsCertificateName of a connector names no certificate of the store, and would name one if spaces and the
#   order of the parts of issuer and subject were ignored. Exchange ignores nothing but case.
# related_resources:
#   - description: Set-ReceiveConnector, TlsCertificateName
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC063
#   severity: error
#   remediation: Set the TlsCertificateName of the connector to issuer and subject as Get-ExchangeCertificate prints them.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.name_again(name.kind, name.index),
	"message": sprintf("%s has the TlsCertificateName %s, which differs from that of the certificate %s in spaces or the order of parts", [
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
