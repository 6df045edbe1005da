package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate
import data.transportcert.selection

# METADATA
# title: Decision
# description: What the server does. A document with errors decides nothing.
# entrypoint: true
decision := object.union(outcome, {"events": events}) if {
	outcome.input_errors == []
} else := object.union(outcome, {"events": []})

# METADATA
# title: Outcome
# description: The decision without its events. Remedies read it, and events read remedies.
outcome := object.union(customization, {
	"server": input.server,
	"phase": document.phase,
	"evaluated_at": document.now,
	"procedure": document.procedure,
	"connectors": connectors,
	"certificate": internal_certificate.thumbprint,
	"expired": internal_certificate.expired,
	"domains": domains,
	"eligible": selection.eligible(domains),
	"ineligible": selection.ineligible(domains),
	"best": best.thumbprint,
	"best_kind": best.kind,
	"matches_best": matches_best,
	"input_errors": [],
}) if {
	count(document.input_errors) == 0
} else := {
	"server": document.server,
	"phase": document.phase,
	"evaluated_at": null,
	"procedure": null,
	"connectors": [],
	"certificate": null,
	"expired": null,
	"domains": [],
	"eligible": [],
	"ineligible": {},
	"best": null,
	"best_kind": null,
	"matches_best": null,
	"input_errors": sort(document.input_errors),
} if {
	count(document.input_errors) > 0
}

# Says that an organisation's own rules have a part in the decision, so that it may not be what Exchange does.
customization := {
	"customized": true,
	"customized_by": sort(object.keys(document.custom_criteria)),
} if {
	count(document.custom_criteria) > 0
} else := {}
