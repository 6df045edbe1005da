package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Event 12015, the internal transport certificate has expired
# description: The server serves an expired certificate. Steps 6 to 9 never replace it.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC003
#   severity: error
#   remediation: >-
#     The plan says which certificate becomes the internal transport certificate: one that is valid now, or a new one.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.internal_transport_certificate,
		"path": path(decision.certificate, "not_after"),
		"thumbprint": decision.certificate,
	},
	wording(event),
)) if {
	event := events_by_id[12015]
}
