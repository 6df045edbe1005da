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
#   remediation: |-
#     # Ask the CA why, and for a new one. Import that, enable it for the services of the old one, then:
#     Remove-ExchangeCertificate -Thumbprint {thumbprint} -Server {server}
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": concat(" ", [described(certificate), "is revoked"]),
	"path": path(certificate.thumbprint, "trust.revoked"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.trust.revoked == true
}
