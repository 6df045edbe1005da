package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: The internal transport certificate is not in the store (event 12013)
# description: >-
#   The directory names a certificate that is not in the store. The server loads no internal transport certificate and
#   does not offer X-ANONYMOUSTLS.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC002
#   severity: error
#   remediation: >-
#     Make the certificate that the plan names the internal transport certificate: an existing one that is valid now,
#     or a new one. You can also restore the missing one from a backup.
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
