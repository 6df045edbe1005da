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
#   remediation: Replace the certificate with one that meets the criteria, or change them.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(thumbprint),
	"message": sprintf("%s is in use, but your own criteria reject it: %s", [
		described(document.store[thumbprint]),
		concat(", ", reasons),
	]),
	"path": sprintf("certificates[%d]", [indices[thumbprint]]),
	"thumbprint": thumbprint,
}) if {
	some thumbprint in used_for_tls
	reasons := {reason |
		some reason, thumbprints in document.custom_criteria
		thumbprint in thumbprints
	}
	count(reasons) > 0
}

used_for_tls := ({decision.certificate} | {connector.certificate | some connector in starttls}) - {null}
