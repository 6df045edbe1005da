package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Event 12013, the store does not hold the internal transport certificate
# description: >-
#   The directory names a certificate that the store does not hold. No internal transport certificate is
#   loaded, and X-ANONYMOUSTLS is not offered.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC002
#   severity: error
#   remediation: >-
#     The plan says which certificate becomes the internal transport certificate: one that is valid now, or a new one. A
#     backup can have the lost one.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.internal_transport_certificate,
		"path": "directory.internal_transport_certificate",
		"thumbprint": input.directory.internal_transport_certificate,
	},
	wording(event),
)) if {
	event := events_by_id[12013]
}
