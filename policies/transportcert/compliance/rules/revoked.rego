package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Revoked
# description: The CA has revoked a certificate in use.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC033
#   severity: error
#   remediation: >-
#     Remove the certificate. Where something needs it, another one takes its place first; ask the CA why it is revoked.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": concat(" ", [described(certificate), "is revoked"]),
	"path": path(certificate.thumbprint, "trust.revoked"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.trust.revoked == true
}
