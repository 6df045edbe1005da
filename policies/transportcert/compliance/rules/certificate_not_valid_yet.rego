package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Certificate not valid yet
# description: >-
#   The internal transport certificate or the best certificate is not valid yet. The nine steps do not check this.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
# custom:
#   id: TC025
#   severity: warning
#   remediation: Make another certificate the internal transport certificate, or check the clock.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.not_valid_yet(certificate),
	"message": sprintf("%s is not valid before %s", [described(certificate), certificate.not_before]),
	"path": path(certificate.thumbprint, "not_before"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in loaded_and_best
	document.now < certificate.not_before
}
