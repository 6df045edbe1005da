package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate
import data.transportcert.selection

# METADATA
# title: Decision
# description: What the server does on X-ANONYMOUSTLS. For a document with errors, nothing is decided.
# entrypoint: true
decision := object.union(outcome, {"events": events}) if {
	outcome.input_errors == []
} else := object.union(outcome, {"events": []})

# METADATA
# title: Outcome
# description: The decision without its events. Remedies depend on it, and events depend on remedies.
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
	document.input_errors == set()
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
	document.input_errors != set()
}

# Marks a decision that an organization's own rules influence, because it may differ from what Exchange does.
customization := {
	"customized": true,
	"customized_by": sort(object.keys(document.custom_criteria)),
} if {
	count(document.custom_criteria) > 0
} else := {}
