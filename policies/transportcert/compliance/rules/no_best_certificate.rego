package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No best certificate
# description: Certificates are eligible, but none of them is a valid PKI certificate or self-signed.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
# custom:
#   id: TC013
#   severity: warning
#   remediation: >-
#     Make the certificate that the plan names the internal transport certificate: an existing one that is valid now,
#     or a new one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.none_best,
	"message": none_is_best,
	"path": "certificates",
}) if {
	count(decision.eligible) > 0
	is_null(decision.best)
}

none_is_best := "the only eligible certificate is neither a valid PKI certificate nor self-signed" if {
	count(decision.eligible) == 1
} else := sprintf("none of the %d eligible certificates is a valid PKI certificate or self-signed", [count(decision.eligible)])
