package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies

# METADATA
# title: A connector's FQDN is not one of the server's names
# description: >-
#   A connector with ExchangeServer has an FQDN that is not one of the server's names. Exchange requires the server's
#   FQDN, its NetBIOS name, or no value. With any other name, Exchange Server authentication fails.
# related_resources:
#   - description: Set-ReceiveConnector, Fqdn
#     ref: https://learn.microsoft.com/powershell/module/exchange/set-receiveconnector
# custom:
#   id: TC042
#   severity: warning
#   remediation: >-
#     Set the connector's FQDN to the server's. To use another name for STARTTLS, set TlsCertificateName (2013 and
#     later) or create a separate connector.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.set_own_fqdn(i),
	"message": sprintf("%s has ExchangeServer and the FQDN %s, which is not one of the server's names", [
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
