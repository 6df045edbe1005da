package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: TLS required and not offered
# description: >-
#   An enabled connector requires TLS (RequireTLS) and does not offer STARTTLS, so it takes no mail.
# related_resources:
#   - description: Set-ReceiveConnector, RequireTLS
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC046
#   severity: error
#   remediation: Give the connector a certificate for STARTTLS, or the AuthMechanism Tls.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.require_tls(i),
	"message": sprintf("%s requires TLS and does not offer STARTTLS", [connector.name]),
	"path": sprintf("connectors[%d].require_tls", [i]),
	"connector": connector.name,
}) if {
	some i, connector in input.connectors
	connector.require_tls == true
	document.session_can_begin(connector)
	not starttls[i].advertise_starttls
}
