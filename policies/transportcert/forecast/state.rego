package transportcert.forecast

import data.transportcert.server

# The parts of the server's decision that are compared: fields, in the same order at every time, and events.
state := {
	"fields": array.flatten([
		[value_of("server", null, "mail_at_risk", server.decision)],
		[value_of("inbound_anonymous", null, field, server.decision.inbound_anonymous) |
			some field in ["expired", "best", "best_kind"]
		],
		[value_of("inbound_anonymous", connector.name, field, connector) |
			some connector in server.decision.inbound_anonymous.connectors
			some field in ["advertise_x_anonymoustls", "certificate"]
		],
		[value_of("inbound_starttls", connector.name, field, connector) |
			some connector in server.decision.inbound_starttls.connectors
			some field in ["advertise_starttls", "certificate", "certificate_kind", "expired"]
		],
		[value_of("outbound_anonymous", null, "expired", server.decision.outbound_anonymous)],
		[value_of("outbound_anonymous", route.connector, "certificate", route) |
			some route in server.decision.outbound_anonymous.routes
		],
	]),
	"events": [
	{"scenario": scenario_of(event), "connector": event.connector, "event": event.id} |
		some event in server.decision.events
	],
}

value_of(scenario, connector, field, decided) := [
	{"scenario": scenario, "connector": connector, "field": field, "event": null},
	decided[field],
]

# The decision lists each event once; its scenario is the first one that raises it.
scenario_of(event) := "inbound_starttls" if {
	is_string(event.connector)
} else := "inbound_anonymous" if {
	event in server.decision.inbound_anonymous.events
} else := "outbound_anonymous"

# The state at another time.
state_at(moment) := then if then := state with input.now as moment

# The differences between two states: the fields first, then the events that end and the events that start.
differences(before, after) := array.flatten([
	[object.union(field, {"from": from, "to": to}) |
		some i, [field, to] in after.fields
		[_, from] := before.fields[i]
		from != to
	],
	[object.union(event, {"field": "event", "from": true, "to": false}) | some event in without(before.events, after.events)],
	[object.union(event, {"field": "event", "from": false, "to": true}) | some event in without(after.events, before.events)],
])

# The events of a list, in order, that are not in another list.
without(events, others) := [event |
	gone := {event | some event in events} - {event | some event in others}
	some event in events
	gone[event]
]
