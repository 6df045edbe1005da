package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No connector authenticates Exchange servers
# description: >-
#   No enabled connector on port 25 or 2525, or with unknown bindings, has ExchangeServer. Other Exchange servers are
#   offered neither X-ANONYMOUSTLS nor Exchange Server authentication, and their mail stays in their queues. If the
#   server has no such connector, TC044 is reported instead.
# related_resources:
#   - description: Receive connectors
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC040
#   severity: error
#   remediation: Add ExchangeServer to the AuthMechanism of the connectors that Setup created for Exchange servers.
report contains finding(rego.metadata.rule(), {
	"remedies": array.flatten([remedies.exchange_server_auth(i) | some i in to_repair]),
	"message": concat(" ", [
		"no connector that other Exchange servers can use has ExchangeServer:",
		concat(", ", [connector.name | some connector in receivers]),
	]),
	"path": "connectors",
}) if {
	closed_to_servers
}

# The indices of the connectors that should have it: those of Setup, otherwise the first one that servers can use.
to_repair := of_setup if {
	count(of_setup) > 0
} else := [[i | some i, connector in input.connectors; connector in receivers][0]]

of_setup := [i |
	some i, connector in input.connectors
	connector in receivers
	lower(connector.name) in remedies.setup_names
]
