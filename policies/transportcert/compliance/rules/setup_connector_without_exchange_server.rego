package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies

# METADATA
# title: A default connector does not authenticate Exchange servers
# description: >-
#   An enabled connector has a name that Setup gives to connectors for other Exchange servers (Default, Default
#   Frontend, Client Proxy, Outbound Proxy Frontend; Default internal receive connector on an Edge server), but no
#   longer has ExchangeServer, while another connector on port 25 or 2525 does. A connector that was renamed is not
#   recognized. Hardening guides ask for AuthMechanism Tls alone; between Exchange servers, that removes
#   X-ANONYMOUSTLS.
# related_resources:
#   - description: Receive connectors
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC041
#   severity: warning
#   remediation: Add ExchangeServer to the AuthMechanism of the connector.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.exchange_server_auth(i),
	"message": sprintf("%s does not have ExchangeServer, which Setup enables by default", [connector.name]),
	"path": sprintf("connectors[%d].auth_mechanisms", [i]),
	"connector": connector.name,
}) if {
	not closed_to_servers
	some i, connector in input.connectors
	document.session_can_begin(connector)
	lower(connector.name) in remedies.setup_names
	not inbound_anonymous.authenticates_servers(connector)
}
