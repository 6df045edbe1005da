package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: TLS required but not offered
# description: An enabled connector requires TLS (RequireTLS) but does not offer STARTTLS, so it accepts no mail.
# related_resources:
#   - description: Set-ReceiveConnector, RequireTLS
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC046
#   severity: error
#   remediation: Provide a certificate for STARTTLS, or add Tls to the connector's AuthMechanism.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.require_tls(i),
	"message": sprintf("%s requires TLS but does not offer STARTTLS", [connector.name]),
	"path": sprintf("connectors[%d].require_tls", [i]),
	"connector": connector.name,
}) if {
	some i, connector in input.connectors
	connector.require_tls == true
	document.session_can_begin(connector)
	not starttls[i].advertise_starttls
}
