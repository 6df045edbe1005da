package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A TlsCertificateName is too long for an Edge server
# description: >-
#   The TlsCertificateName of a connector has more than 256 characters. Active Directory stores up to 1,024
#   characters, the directory of an Edge server only 256, so EdgeSync cannot copy it. Reported if the server is an
#   Edge server or the organization has an Edge subscription, and for Send connectors also if a subscribed Edge server
#   is a source server.
# related_resources:
#   - description: Edge subscriptions
#     ref: https://learn.microsoft.com/exchange/architecture/edge-transport-servers/edge-subscriptions
# custom:
#   id: TC064
#   severity: error
#   remediation: >-
#     Have the certificate reissued with a shorter subject, or by a CA with a shorter name, and set the connector's
#     TlsCertificateName to that of the new one.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.shorter_name(name)],
	"message": sprintf("%s has a TlsCertificateName of %d characters; an Edge server stores only 256", [
		name.described,
		count(name.value),
	]),
	"path": name.path,
	"connector": name.connector,
}) if {
	stored_on_edge_servers
	some name in array.concat(tls_certificate_names, names_of_edge_servers)
	count(name.value) > 256
}

stored_on_edge_servers if "EdgeTransport" in input.roles

stored_on_edge_servers if count(input.edge_subscriptions) > 0

# The TlsCertificateNames of the Send connectors that have a subscribed Edge server as a source server.
names_of_edge_servers := [send_name(i, connector) |
	subscribed := {selection.comparable(subscription.name) | some subscription in input.edge_subscriptions}
	some i, connector in input.send_connectors
	document.session_can_begin(connector)
	some name in connector.source_servers
	selection.comparable(name) in subscribed
]
