package transportcert.outbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate

# METADATA
# title: Decision
# description: What the server does on each route. For a document with errors, nothing is decided.
# entrypoint: true
decision := object.union(outcome, {"events": events}) if {
	outcome.input_errors == []
} else := object.union(outcome, {"events": []})

# METADATA
# title: Outcome
# description: The decision without its events. Remedies depend on it, and events depend on remedies.
outcome := {
	"server": input.server,
	"evaluated_at": document.now,
	"procedure": document.procedure,
	"phase": document.phase,
	"role": role,
	"routes": routes,
	"certificate": internal_certificate.thumbprint,
	"expired": internal_certificate.expired,
	"missing_facts": missing_facts,
	"input_errors": [],
} if {
	document.input_errors == set()
} else := {
	"server": document.server,
	"evaluated_at": null,
	"procedure": null,
	"phase": document.phase,
	"role": null,
	"routes": [],
	"certificate": null,
	"expired": null,
	"missing_facts": [],
	"input_errors": sort(document.input_errors),
}

# METADATA
# title: Events
# description: The events that the server logs in its Application log, by step.
events := array.flatten([
	[event | event := internal_certificate.event_12012],
	[event | certificate_process_starts; event := internal_certificate.event_12013],
	[event | certificate_process_starts; event := internal_certificate.event_12015],
])

# The certificate process starts if a route passes its gates.
certificate_process_starts if count(implicit_routes) > 0

certificate_process_starts if {
	uses_send_connectors
	some connector in input.send_connectors
	is_null(gate(connector))
}
