package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Your own criteria reject a certificate in use
# description: >-
#   The server uses a certificate for anonymous TLS or STARTTLS that data.transportcert.custom.ineligible rejects.
#   Exchange does not know these criteria.
# related_resources:
#   - description: Write your own rules
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/extending.md
# custom:
#   id: TC039
#   severity: warning
#   remediation: >-
#     Look in data.transportcert.custom.ineligible for what the rules with these reasons require, and replace the certificate
#     with one that meets it, or change the rules.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.replace_rejected(thumbprint),
	"message": sprintf("%s is in use, but your own criteria reject it: %s", [
		described(document.store[thumbprint]),
		concat(", ", remedies.reasons_against(thumbprint)),
	]),
	"path": sprintf("certificates[%d]", [indices[thumbprint]]),
	"thumbprint": thumbprint,
}) if {
	some thumbprint in remedies.rejected_in_use
}
