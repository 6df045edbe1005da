package transportcert.compliance

import data.transportcert.inbound_anonymous

# METADATA
# title: Receivers
# description: >-
#   The enabled connectors on which other Exchange servers can come in: they listen on port 25 or 2525, or the
#   document does not say on which. It does not say from which addresses a connector takes mail either, so one
#   alone proves nothing: a relay for printers listens on port 25 too.
# custom:
#   document: input
receivers := [connector |
	some connector in input.connectors
	is_enabled(connector)
	listens_for_servers(connector)
]

# METADATA
# title: Is enabled
# description: Whether a connector accepts sessions.
# custom:
#   document: input
is_enabled(connector) if object.get(connector, "enabled", true)

# METADATA
# title: Listens for servers
# description: >-
#   Whether a connector listens where Exchange servers send to each other: port 25, and 2525 where the
#   Transport service and the Front End Transport service share a machine. Unknown bindings count.
# scope: document
# custom:
#   document: input
listens_for_servers(connector) if count(object.get(connector, "bindings", [])) == 0

listens_for_servers(connector) if {
	some binding in connector.bindings
	regex.match(`:(25|2525)$`, binding)
}

# METADATA
# title: Authenticates servers
# description: Whether a connector has ExchangeServer.
# custom:
#   document: input
authenticates_servers(connector) if "ExchangeServer" in connector.auth_mechanisms

# METADATA
# title: No way in
# description: There are receivers, and none has ExchangeServer.
# custom:
#   document: input
no_way_in if {
	count(receivers) > 0
	every connector in receivers { not authenticates_servers(connector) }
}

# METADATA
# title: No connector authenticates Exchange servers
# description: >-
#   No enabled connector on port 25 or 2525, nor one whose bindings are not known, has ExchangeServer. Other
#   Exchange servers find no X-ANONYMOUSTLS and no Exchange Server authentication, and their mail stays in
#   their queues. A server without such a connector is not reported: it may be one that receives no mail.
# related_resources:
#   - description: Receive connectors, with those that Setup makes
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC040
#   severity: error
#   remediation: |-
#     # For the connector on which other Exchange servers come in; Setup calls it Default and the server's name:
#     Set-ReceiveConnector {identity} -AuthMechanism ((Get-ReceiveConnector {identity}).AuthMechanism.ToString() + ', ExchangeServer')
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [
		"no connector on which other Exchange servers can come in has ExchangeServer:",
		concat(", ", [connector.name | some connector in receivers]),
	]),
	"path": "connectors",
	"identity": identity(sprintf("Default %s", [decision.server])),
}) if {
	no_way_in
}

# METADATA
# title: Identity
# description: What Exchange calls a connector of this server.
# custom:
#   document: input
identity(name) := concat(`\`, [decision.server, name])

# METADATA
# title: A connector of Setup does not authenticate Exchange servers
# description: >-
#   An enabled connector with a name that Setup gives to those for other Exchange servers (Default, Default
#   Frontend, Client Proxy, Outbound Proxy Frontend; Default internal receive connector on an Edge server) has
#   lost ExchangeServer, while another one on port 25 or 2525 has it. One that somebody renamed is not recognised.
# related_resources:
#   - description: Receive connectors, with those that Setup makes
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC041
#   severity: warning
#   remediation: >-
#     Set-ReceiveConnector {identity} -AuthMechanism ((Get-ReceiveConnector {identity}).AuthMechanism.ToString()
#     + ', ExchangeServer')
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has no ExchangeServer, which Setup gave it", [connector.name]),
	"path": sprintf("connectors[%d].auth_mechanisms", [i]),
	"connector": connector.name,
	"identity": identity(connector.name),
}) if {
	not no_way_in
	some i, connector in input.connectors
	is_enabled(connector)
	lower(connector.name) in setup_names
	not authenticates_servers(connector)
}

# METADATA
# title: Names by Setup
# description: What Setup calls the connectors for other Exchange servers, in lower case.
# custom:
#   document: input
setup_names := {lower(sprintf(name, [decision.server])) |
	some name in [
		"Default %s",
		"Default Frontend %s",
		"Client Proxy %s",
		"Outbound Proxy Frontend %s",
		"Default internal receive connector %s",
	]
}

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
#   remediation: Set-ReceiveConnector {identity} -Fqdn {fqdn}
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has ExchangeServer and the FQDN %s, which is none of the server's names", [
		connector.name,
		connector.fqdn,
	]),
	"path": sprintf("connectors[%d].fqdn", [i]),
	"connector": connector.name,
	"identity": identity(connector.name),
	"fqdn": input.host.physical_dns_fqdn,
}) if {
	some i, connector in input.connectors
	is_enabled(connector)
	authenticates_servers(connector)
	connector.fqdn != ""
	not inbound_anonymous.comparable(connector.fqdn) in server_names
}

# METADATA
# title: Server names
# description: The names by which the server is known, comparable.
# custom:
#   document: input
server_names := object.keys(host_paths) | {inbound_anonymous.comparable(decision.server)}
