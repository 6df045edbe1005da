package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies

# METADATA
# title: A connector of Setup does not authenticate Exchange servers
# description: >-
#   An enabled connector with a name that Setup gives to those for other Exchange servers (Default, Default
#   Frontend, Client Proxy, Outbound Proxy Frontend; Default internal receive connector on an Edge server) has
#   lost ExchangeServer, while another one on port 25 or 2525 has it. One that somebody renamed is not recognised.
#   Guides to hardening ask for AuthMechanism Tls alone: between Exchange servers that removes X-ANONYMOUSTLS.
# related_resources:
#   - description: Receive connectors, with those that Setup makes
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC041
#   severity: warning
#   remediation: >-
#     Add ExchangeServer to the AuthMechanism of the connector.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.exchange_server_auth(i),
	"message": sprintf("%s has no ExchangeServer, which Setup gave it", [connector.name]),
	"path": sprintf("connectors[%d].auth_mechanisms", [i]),
	"connector": connector.name,
}) if {
	not closed_to_servers
	some i, connector in input.connectors
	document.session_can_begin(connector)
	lower(connector.name) in remedies.setup_names
	not inbound_anonymous.authenticates_servers(connector)
}
