package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Event 12012, the directory names no internal transport certificate
# description: >-
#   The transport service starts, and its object in the directory cannot be read or does not name a
#   certificate. No internal transport certificate is loaded, and X-ANONYMOUSTLS is not offered.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC001
#   severity: error
#   remediation: >-
#     The plan says which certificate becomes the internal transport certificate: one that is valid now, or a new one. Where the
#     directory cannot be read, that comes first.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.internal_transport_certificate, "path": "directory.internal_transport_certificate",
	},
	wording(event),
)) if {
	event := events_by_id[12012]
}
