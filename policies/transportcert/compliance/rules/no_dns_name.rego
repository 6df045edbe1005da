package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No DNS name
# description: >-
#   A certificate in use has no DNS name in its subject alternative name. Step 7 also accepts the subject's common
#   name, but current TLS clients do not. The Auth certificate does not need one.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC036
#   severity: info
#   remediation: >-
#     Have the certificate reissued with the server's names as DNS names (New-ExchangeCertificate -DomainName).
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [described(certificate), "has no DNS name"]),
	"path": path(certificate.thumbprint, "dns_names"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	not remedies.is_auth_certificate(certificate)
	count(certificate.dns_names) == 0
}
