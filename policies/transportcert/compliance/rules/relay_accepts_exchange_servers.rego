package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies

# METADATA
# title: A connector without ExchangeServer accepts sessions from Exchange servers
# description: >-
#   An enabled connector on port 25 or 2525 does not have ExchangeServer, and its RemoteIPRanges contain the address
#   of an Exchange server (exchange_server_addresses). Exchange selects the connector with the most specific range, so
#   this connector accepts the session and does not offer X-ANONYMOUSTLS. Not reported if a connector with
#   ExchangeServer on the same port has a narrower range for the address. Hardening guides ask for AuthMechanism Tls
#   alone, which is correct only where no Exchange server connects.
# related_resources:
#   - description: Receive connectors, local and remote addresses
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC045
#   severity: warning
#   remediation: Create a connector for the addresses of the Exchange servers, or remove them from the ranges.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.separate_connector(i, addresses),
	"message": sprintf("%s does not have ExchangeServer, but accepts sessions from Exchange servers: %s", [
		connector.name,
		first_few(addresses),
	]),
	"path": sprintf("connectors[%d].remote_ip_ranges", [i]),
	"connector": connector.name,
}) if {
	some i, connector in input.connectors
	document.session_can_begin(connector)
	listens_for_servers(connector)
	not inbound_anonymous.authenticates_servers(connector)
	addresses := [address |
		some address in input.exchange_server_addresses
		some bounds in bounds_by_connector[i]
		in_range(address, bounds)
		not narrower_elsewhere(connector, address, bounds)
	]
	count(addresses) > 0
}

# The bounds of each connector's remote_ip_ranges, by the connector's index.
bounds_by_connector := [bounds |
	some connector in input.connectors
	bounds := [bounds_of(range) | some range in connector.remote_ip_ranges]
]

# A connector with ExchangeServer on the same port has a range for the address that lies within the bounds.
narrower_elsewhere(connector, address, bounds) if {
	some i, other in input.connectors
	document.session_can_begin(other)
	inbound_anonymous.authenticates_servers(other)
	count(ports(connector) & ports(other)) > 0
	some narrower in bounds_by_connector[i]
	in_range(address, narrower)
	narrower != bounds
	bounds[0] <= narrower[0]
	narrower[1] <= bounds[1]
}

ports(connector) := {regex.replace(binding, `^.*:`, "") | some binding in connector.bindings}

first_few(addresses) := concat(", ", addresses) if {
	count(addresses) <= 5
} else := sprintf("%s and %d more", [concat(", ", array.slice(addresses, 0, 5)), count(addresses) - 5])
