package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: The certificate for STARTTLS expires soon
# description: >-
#   The certificate that a connector uses for STARTTLS expires within expires_within_days. Exchange itself logs event
#   12018, on days that Microsoft has not published.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC028
#   severity: warning
#   remediation: Renew the certificate, or remove it if another one can replace it.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": sprintf("%s uses the certificate %s for STARTTLS, which expires on %s", [
		connector.name,
		certificate.thumbprint,
		certificate.not_after,
	]),
	"path": path(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
	"connector": connector.name,
}) if {
	some connector in starttls
	certificate := document.store[connector.certificate]
	expires_between(certificate, document.now, expiry_horizon)
}
