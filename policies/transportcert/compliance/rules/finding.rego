# METADATA
# scope: package
# title: Compliance rules
# description: >-
#   One rule per file, named for what it finds. A rule adds to report, and the METADATA above it is the only source of
#   its id, title, description, severity, remediation and references; an id never changes. A name in braces in a
#   remediation stands for a fact of the finding, written as a PowerShell literal. Findings about the document or the
#   policies go to input_report, setup_report or policy_report, which waivers do not suppress.
# schemas:
#   - input: schema.input
package transportcert.compliance.rules

import data.transportcert.inbound_anonymous
import data.transportcert.remedies
import data.transportcert.server

# The decision that the findings are about.
decision := inbound_anonymous.decision

# The events that are not about a connector, by id.
events_by_id := {event.id: event |
	some event in server.decision.events
	is_null(event.connector)
}

# An event's id, and its message without the server's name and the final period, which finding adds.
wording(event) := {
	"message": trim_suffix(trim_prefix(event.message, sprintf("%s: ", [decision.server])), "."),
	"event": event.id,
}

# METADATA
# title: Finding
# description: >-
#   Builds a finding from the METADATA of its rule and the facts of the case. The message is a sentence without the
#   server's name and the final period. If the facts have remedies, these replace the general remediation.
finding(metadata, facts) := object.union_n([
	{
		"rule_id": metadata.custom.id,
		"title": metadata.title,
		"severity": metadata.custom.severity,
		"server": decision.server,
		"remedies": [],
		"action": action_of(facts),
		"remediation": remediation(metadata, facts),
		"references": [resource.ref | some resource in metadata.related_resources],
		"path": "",
		"thumbprint": null,
		"connector": null,
		"suppressed": null,
	},
	object.filter(facts, ["event", "remedies", "path", "thumbprint", "connector"]),
	{"message": sprintf("%s: %s.", [server_name, facts.message])},
])

# The id of the first remedy in the plan.
action_of(facts) := facts.remedies[0].id if {
	facts.remedies
} else := null

remediation(metadata, facts) := remedies.text(facts.remedies[0]) if {
	facts.remedies
} else := filled_in(metadata.custom.remediation, facts)

# The server's name in messages.
default server_name := "the document"

server_name := decision.server if is_string(decision.server)

# The remediation, with names in braces replaced by facts. Facts are written as PowerShell literals, so that a name from
# a document cannot become a command.
filled_in(remediation, facts) := remediation if {
	# Most remediations have no braces, and quoting is expensive.
	not contains(remediation, "{")
} else := strings.replace_n(
	{concat(name, ["{", "}"]): remedies.quoted(value) |
		some name, value in object.union(facts, {"server": decision.server})
		contains(remediation, concat(name, ["{", "}"]))
		is_string(value)
	},
	remediation,
)
