package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No best certificate
# description: Certificates are eligible, and none of them is a valid PKI certificate or self-signed.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
# custom:
#   id: TC013
#   severity: warning
#   remediation: >-
#     The plan says which certificate becomes the internal transport certificate: one that is valid now, or a new one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.internal_transport_certificate,
	"message": sprintf("%s, and no eligible certificate is a valid PKI certificate or self-signed", [eligible_in_words]),
	"path": "certificates",
}) if {
	count(decision.eligible) > 0
	is_null(decision.best)
}

eligible_in_words := "1 certificate is eligible" if {
	count(decision.eligible) == 1
} else := sprintf("%d certificates are eligible", [count(decision.eligible)])
