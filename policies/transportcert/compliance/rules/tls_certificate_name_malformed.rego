package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Malformed TlsCertificateName
# description: >-
#   The TlsCertificateName of a connector does not have the form <I>issuer<S>subject, so it can match no certificate.
# related_resources:
#   - description: Set-ReceiveConnector, TlsCertificateName
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC060
#   severity: error
#   remediation: Set the connector's TlsCertificateName to the <I>issuer<S>subject of its certificate.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.name_again(name.kind, name.index),
	"message": sprintf("%s has the TlsCertificateName %s; expected <I>issuer<S>subject", [name.described, name.value]),
	"path": name.path,
	"connector": name.connector,
}) if {
	some name in tls_certificate_names
	count(named(name.value)) == 0
	not remedies.parts_of(name.value)
}
