package transportcert.remedies

import data.transportcert.document
import data.transportcert.inbound_starttls
import data.transportcert.internal_certificate

# METADATA
# title: Rejected certificates in use
# description: The certificates for anonymous TLS and STARTTLS that an organization's own criteria reject.
# scope: document
rejected_in_use contains thumbprint if {
	some thumbprint in array.concat(
		[internal_certificate.thumbprint],
		[connector.certificate | some connector in inbound_starttls.outcome.connectors],
	)
	thumbprint in rejected
}

# The certificates of the store that an organization's own criteria reject.
rejected := union({thumbprints | some thumbprints in document.custom_criteria})

# METADATA
# title: Reasons against a certificate
# description: The reasons for which an organization's own criteria reject a certificate, by its thumbprint.
reasons_against(thumbprint) := {reason | some reason, thumbprints in document.custom_criteria; thumbprint in thumbprints}

# METADATA
# title: Replace a rejected certificate
# description: >-
#   What to do about a certificate in use that an organization's own criteria reject, by its thumbprint. Its repair, if the
#   criteria accept what the server uses then. A new certificate can be like the one before, and only the criteria say what
#   they accept.
replace_rejected(thumbprint) := actions if {
	actions := repair(thumbprint)
	every done in actions { not done.manual }
	changes := [change | some done in actions; some change in done.effect]
	still_rejected := rejected_in_use with input.certificates as certificates_after(changes)
		with input.directory.internal_transport_certificate as internal_after(changes)
	count(still_rejected - (rejected_in_use - {thumbprint})) == 0
} else := [manual(
	sprintf("accepted-certificate:%s", [thumbprint]),
	sprintf("Replace %s with a certificate that your own criteria accept", [name_of(store[thumbprint])]),
	concat("\n", [
		sprintf("The rules of data.transportcert.custom.ineligible in your own policies reject it: %s.", [concat(", ", reasons_against(thumbprint))]),
		"Look there for what the rule with each reason requires; a renewal with the same properties can be rejected again.",
		"Create a certificate that meets them, or have the CA issue one. Then check again: the plan has the commands to use it.",
	]),
)]

# METADATA
# title: Eligible certificate
# description: What gives the server an eligible certificate, unless its own criteria reject that one too.
eligible_certificate := replace_rejected(internal_certificate.loaded.thumbprint) if {
	internal_certificate.loaded.thumbprint in rejected
} else := none_best

# The store without what is removed, and with what is made.
certificates_after(changes) := array.concat(
	[certificate |
		some i, certificate in input.certificates
		not {"op": "remove", "path": sprintf("/certificates/%d", [i])} in changes
	],
	[change.value | some change in changes; change.path == "/certificates/-"],
)

internal_after(changes) := [change.value |
	some change in changes
	change.path == "/directory/internal_transport_certificate"
][0]

internal_after(changes) := input.directory.internal_transport_certificate if {
	every change in changes { change.path != "/directory/internal_transport_certificate" }
}
