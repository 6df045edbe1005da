package transportcert.compliance.rules

import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: Chain not valid now
# description: >-
#   A certificate in use is valid, but a certificate in its chain has expired or is not valid yet, so it cannot be
#   best.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC035
#   severity: warning
#   remediation: Import the CA's current certificates on {server}, or have the certificate reissued.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.trust(certificate)],
	"message": concat(" ", [described(certificate), "has a certificate in its chain that is not valid now"]),
	"path": path(certificate.thumbprint, "trust"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.self_signed == false
	certificate.trust.chain == "trusted"
	selection.valid_now(certificate)
	selection.chain_invalid_now(certificate)
}
