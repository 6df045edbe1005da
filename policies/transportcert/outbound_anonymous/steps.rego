# METADATA
# scope: package
# title: Outbound anonymous TLS
# description: >-
#   For each route on which the server sends mail within the organization, whether it uses anonymous TLS, and which events
#   the server logs: the gates of docs/specification.md, then steps 3 to 5 in internal_certificate.
# related_resources:
#   - description: The routes and their gates
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#outbound-anonymous-tls
# schemas:
#   - input: schema.input
package transportcert.outbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate

# METADATA
# title: Role
# description: The server's role in mail flow, edge, mailbox or other; null if its roles were not gathered.
# scope: document
default role := null

role := "edge" if {
	"EdgeTransport" in input.roles
} else := "mailbox" if {
	some name in input.roles
	name in transport_roles
} else := "other" if {
	input.roles
}

# The roles that include the Transport service.
transport_roles := {"HubTransport", "Mailbox"} if {
	document.procedure == "2016"
} else := {"HubTransport"}

# METADATA
# title: Uses Send connectors
# description: Whether the role and the procedure use Send connectors.
# scope: document
uses_send_connectors if role == "edge"

uses_send_connectors if {
	role == "mailbox"
	document.procedure != "2016"
}

# METADATA
# title: Missing facts
# description: >-
#   The sections that are needed to determine the routes but were not gathered. The decision omits these routes.
missing_facts := ["roles"] if {
	is_null(role)
} else := ["send_connectors"] if {
	uses_send_connectors
	not input.send_connectors
} else := []

# METADATA
# title: Routes
# description: >-
#   The implicit route to the organization's other servers, then the Send connectors in the order of the document.
routes := array.concat(implicit_routes, send_connector_routes)

implicit_routes := [route(null, null) | role == "mailbox"]

send_connector_routes := [route(connector.name, gate(connector)) |
	uses_send_connectors
	some connector in input.send_connectors
]

# A route that passes its gates goes through steps 3 to 5.
route(connector, stopped_at_gate) := {
	"connector": connector,
	"uses_anonymous_tls": false,
	"certificate": null,
	"stopped_at": stops[0],
} if {
	stops := [stop | some stop in [stopped_at_gate, internal_certificate.stopped_at]; is_string(stop)]
	count(stops) > 0
} else := {
	"connector": connector,
	"uses_anonymous_tls": true,
	"certificate": internal_certificate.thumbprint,
	"stopped_at": null,
}

# METADATA
# title: Gate
# description: Which of a Send connector's settings prevents anonymous TLS; null if none does.
gate(connector) := "connector_disabled" if {
	connector.enabled == false
} else := "exchange_server_auth_disabled" if {
	not connector.smart_host_auth_mechanism == "ExchangeServer"
} else := "not_to_organization" if {
	role == "edge"
	not leads_to_organization(connector)
} else := null

# METADATA
# title: Leads to the organization
# description: Whether an address space of type SMTP has the domain "--", which stands for the organization's domains.
leads_to_organization(connector) if {
	some space in connector.address_spaces
	regex.match(`(?s)^([Ss][Mm][Tt][Pp]:)?--(;.*)?$`, space)
}
