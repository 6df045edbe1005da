package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No internal transport certificate in the directory (event 12012)
# description: >-
#   When the transport service starts, the server's object in the directory cannot be read or names no certificate.
#   The server loads no internal transport certificate and does not offer X-ANONYMOUSTLS.
# related_resources:
#   - description: The events
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#events
# custom:
#   id: TC001
#   severity: error
#   remediation: >-
#     If the directory cannot be read, solve that first. Then make the certificate that the plan names the internal
#     transport certificate: an existing one that is valid now, or a new one.
report contains finding(rego.metadata.rule(), object.union(
	{
		"remedies": remedies.internal_transport_certificate, "path": "directory.internal_transport_certificate",
	},
	wording(event),
)) if {
	event := events_by_id[12012]
}
