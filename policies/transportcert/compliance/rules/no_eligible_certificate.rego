package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No eligible certificate
# description: >-
#   No certificate meets every criterion of step 7, so nothing can take the place of the internal transport
#   certificate.
# related_resources:
#   - description: Step 7
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-7
# custom:
#   id: TC012
#   severity: warning
#   remediation: >-
#     The plan says which certificate becomes the internal transport certificate: one that is valid now, or a new one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.internal_transport_certificate,
	"message": sprintf("no certificate is eligible; the store holds %d", [count(input.certificates)]),
	"path": "certificates",
}) if {
	count(decision.eligible) == 0
}
