package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: The internal transport certificate has expired (event 12015)
# description: The server uses an expired certificate. Steps 6 to 9 never replace it.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC003
#   severity: error
#   remediation: >-
#     Make the certificate that the plan names the internal transport certificate: an existing one that is valid now,
#     or a new one.
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
