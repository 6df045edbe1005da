package transportcert.inbound_starttls

import data.transportcert.document

# METADATA
# title: Decision
# description: What each Receive connector does on STARTTLS. For a document with errors, nothing is decided.
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
	"connectors": connectors,
	"input_errors": [],
} if {
	document.input_errors == set()
} else := {
	"server": document.server,
	"evaluated_at": null,
	"procedure": null,
	"connectors": [],
	"input_errors": sort(document.input_errors),
}
