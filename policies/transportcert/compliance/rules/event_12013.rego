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
#     Import the certificate again from backup, or enable the best certificate for SMTP, or make one with
#     New-ExchangeCertificate.
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
