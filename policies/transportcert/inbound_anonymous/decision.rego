package transportcert.inbound_anonymous

# METADATA
# title: Decision
# description: What the server does. A document with errors decides nothing.
# entrypoint: true
# custom:
#   document: decision
decision := object.union(customization, {
	"server": input.server,
	"phase": phase,
	"evaluated_at": now,
	"connectors": connectors,
	"certificate": loaded_thumbprint,
	"expired": expired,
	"domains": domains,
	"eligible": eligible,
	"ineligible": {thumbprint: sort(reasons) | some thumbprint, reasons in ineligible},
	"best": best,
	"best_kind": best_kind,
	"matches_best": matches_best,
	"events": events,
	"input_errors": [],
}) if {
	count(input_errors) == 0
} else := {
	"server": stated_server,
	"phase": phase,
	"evaluated_at": null,
	"connectors": [],
	"certificate": null,
	"expired": null,
	"domains": [],
	"eligible": [],
	"ineligible": {},
	"best": null,
	"best_kind": null,
	"matches_best": null,
	"events": [],
	"input_errors": sort(input_errors),
} if {
	count(input_errors) > 0
}

# METADATA
# title: Customization
# description: What says that rules of an organisation's own have a part in the decision, so that it may not be what Exchange does.
# custom:
#   document: decision
#   hook: data.transportcert.custom.ineligible
customization := {
	"customized": true,
	"customized_by": sort(object.keys(custom_criteria)),
} if {
	count(custom_criteria) > 0
} else := {}

# METADATA
# title: Stated server
# description: The server's name as far as a wrong document says it.
# scope: document
# custom:
#   document: decision
default stated_server := null

stated_server := input.server if is_string(input.server)

# METADATA
# title: Phase
# description: A session where the document does not say startup.
# scope: document
# custom:
#   step: 3
default phase := "session"

phase := "startup" if input.phase == "startup"
