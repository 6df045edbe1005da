package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Certificate revoked
# description: The CA has revoked a certificate in use.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC033
#   severity: error
#   remediation: Remove the certificate. If something needs it, replace it first. Ask the CA why it was revoked.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": concat(" ", [described(certificate), "is revoked"]),
	"path": path(certificate.thumbprint, "trust.revoked"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.trust.revoked == true
}
