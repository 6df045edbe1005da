package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: A TlsCertificateName matches no certificate
# description: >-
#   The TlsCertificateName of a Receive connector matches no certificate in the store, so the connector does not offer
#   STARTTLS. A connector without Tls is not reported, because it never offers STARTTLS.
# related_resources:
#   - description: Set-ReceiveConnector, TlsCertificateName
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC061
#   severity: error
#   remediation: Import the certificate, or set the connector's TlsCertificateName to that of another one.
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
	not name.sends
	names_nothing(name.value)
}
