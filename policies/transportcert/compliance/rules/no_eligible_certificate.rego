package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No eligible certificate
# description: No certificate meets every criterion of step 7, so none can replace the internal transport certificate.
# related_resources:
#   - description: Step 7
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-7
# custom:
#   id: TC012
#   severity: warning
#   remediation: >-
#     Make the certificate that the plan names the internal transport certificate: an existing one that is valid now,
#     or a new one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.eligible_certificate,
	"message": sprintf("no certificate is eligible (certificates in the store: %d)", [count(input.certificates)]),
	"path": "certificates",
}) if {
	count(decision.eligible) == 0
}
