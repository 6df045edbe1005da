# METADATA
# scope: package
# title: Server
# description: The decisions of all scenarios for one server, combined.
# related_resources:
#   - description: The server's decision
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#the-server
# schemas:
#   - input: schema.input
package transportcert.server

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.inbound_starttls
import data.transportcert.outbound_anonymous

# METADATA
# title: Decision
# description: >-
#   What the server does in each scenario, and whether mail is at risk. For a document with errors, nothing is
#   decided.
# entrypoint: true
decision := {
	"server": document.server,
	"evaluated_at": inbound_anonymous.decision.evaluated_at,
	"procedure": inbound_anonymous.decision.procedure,
	"phase": document.phase,
	"exchange_version": exchange_version,
	"mail_at_risk": at_risk,
	"inbound_anonymous": inbound_anonymous.decision,
	"inbound_starttls": inbound_starttls.decision,
	"outbound_anonymous": outbound_anonymous.decision,
	"events": events,
	"input_errors": inbound_anonymous.decision.input_errors,
}

default exchange_version := null

exchange_version := input.exchange_version if document.input_errors == set()

# METADATA
# title: Events
# description: >-
#   The events of inbound anonymous TLS, then of STARTTLS, then of outbound anonymous TLS. If an event occurs twice for the
#   same connector, only the first is listed. Usually none does, and checking that is faster than finding the first ones.
events := all_events if {
	count(all_events) == count({[event.id, event.connector] | some event in all_events})
} else := [event |
	some i, event in all_events
	first_index[[event.id, event.connector]] == i
]

all_events := array.flatten([
	inbound_anonymous.decision.events,
	inbound_starttls.decision.events,
	outbound_anonymous.decision.events,
])

# The index at which each event occurs first: for equal keys, object.union_n keeps the last.
first_index := object.union_n(array.reverse([{[event.id, event.connector]: i} | some i, event in all_events]))

# METADATA
# title: At risk
# description: Whether mail is at risk; null for a document with errors.
at_risk := null if {
	document.input_errors != set()
} else if {
	mail_at_risk
} else := false

# METADATA
# title: Mail at risk
# description: >-
#   No internal transport certificate can be loaded (12012, 12013), no connector of a transport server offers
#   X-ANONYMOUSTLS, or an enabled connector that requires TLS does not offer STARTTLS.
# scope: document
mail_at_risk if {
	some event in events
	event.id in {12012, 12013}
}

mail_at_risk if {
	could_receive_from_servers
	every connector in inbound_anonymous.decision.connectors { not connector.advertise_x_anonymoustls }
}

mail_at_risk if {
	some i, connector in input.connectors
	connector.require_tls == true
	document.session_can_begin(connector)
	not inbound_starttls.decision.connectors[i].advertise_starttls
}

# METADATA
# title: Could receive from servers
# description: Whether the server transports mail. Assumed if its roles are not known.
# scope: document
could_receive_from_servers if not input.roles

could_receive_from_servers if {
	some role in input.roles
	role in {"Mailbox", "HubTransport", "EdgeTransport"}
}
