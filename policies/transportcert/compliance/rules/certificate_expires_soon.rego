package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: A certificate in use expires soon
# description: >-
#   A certificate that is best or is enabled for an Exchange service expires within expires_within_days. Other rules
#   cover the internal transport certificate and the Auth certificate.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC022
#   severity: warning
#   remediation: Renew the certificate, or remove it if another one can replace it.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": sprintf("%s expires on %s", [described(certificate), certificate.not_after]),
	"path": path(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.thumbprint != decision.certificate
	not remedies.is_auth_certificate(certificate)
	expires_between(certificate, document.now, expiry_horizon)
}
