package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: A TlsCertificateName without a certificate
# description: >-
#   The TlsCertificateName of a Receive connector names no certificate of the store, so the connector does not offer
#   STARTTLS. Not reported where the connector has no Tls, since it does not offer STARTTLS anyway.
# related_resources:
#   - description: Set-ReceiveConnector, TlsCertificateName
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC061
#   severity: error
#   remediation: Import the certificate, or set the TlsCertificateName of the connector to that of another one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.name_again(name.kind, name.index),
	"message": sprintf("%s has the TlsCertificateName %s, and no certificate in the store has this issuer and subject", [
		name.described,
		name.value,
	]),
	"path": name.path,
	"connector": name.connector,
}) if {
	some name in tls_certificate_names
	not name.sends
	names_nothing(name.value)
}
