package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies

# METADATA
# title: X-ANONYMOUSTLS suppressed
# description: >-
#   An enabled connector with ExchangeServer has SuppressXAnonymousTls set, as for WAN optimizers, and does not offer
#   X-ANONYMOUSTLS. Mail from other Exchange servers arrives unencrypted, and only if UseDowngradedExchangeServerAuth
#   is set on the servers. Exchange 2007 does not have this setting.
# related_resources:
#   - description: Set-ReceiveConnector, SuppressXAnonymousTls
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC043
#   severity: warning
#   remediation: >-
#     Turn off SuppressXAnonymousTls if no WAN optimizer needs it. Otherwise, check UseDowngradedExchangeServerAuth.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.stop_suppressing(i),
	"message": sprintf("%s has SuppressXAnonymousTls set and does not offer X-ANONYMOUSTLS", [connector.name]),
	"path": sprintf("connectors[%d].suppress_x_anonymous_tls", [i]),
	"connector": connector.name,
}) if {
	document.advised_procedure != "2007"
	some i, connector in input.connectors
	connector.suppress_x_anonymous_tls == true
	document.session_can_begin(connector)
	inbound_anonymous.authenticates_servers(connector)
}
