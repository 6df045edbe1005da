package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies

# METADATA
# title: A connector says another server's name
# description: >-
#   A connector with ExchangeServer has an FQDN that is none of the server's names. Exchange wants the server's
#   FQDN, its NetBIOS name, or nothing there: with another one Exchange Server authentication fails.
# related_resources:
#   - description: Set-ReceiveConnector, Fqdn
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC042
#   severity: warning
#   remediation: >-
#     Set the FQDN of the connector to the server's. For STARTTLS under another name use TlsCertificateName (2013 and
#     later) or a connector of its own.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.set_own_fqdn(i),
	"message": sprintf("%s has ExchangeServer and the FQDN %s, which is none of the server's names", [
		connector.name,
		connector.fqdn,
	]),
	"path": sprintf("connectors[%d].fqdn", [i]),
	"connector": connector.name,
}) if {
	some i, connector in input.connectors
	document.session_can_begin(connector)
	inbound_anonymous.authenticates_servers(connector)
	remedies.names_another_server(connector)
}
