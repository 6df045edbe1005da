package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: The best certificate is not in use (event 1037)
# description: >-
#   Steps 6 to 8 find a better certificate than the internal transport certificate, which the server continues to use.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC004
#   severity: warning
#   remediation: >-
#     In Exchange 2007 and 2010, make the best certificate the internal transport certificate. If the version is not
#     known, gather it first.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.event_1037,
		"path": "directory.internal_transport_certificate",
		"thumbprint": decision.certificate,
	},
	wording(event),
)) if {
	event := events_by_id[1037]
}
