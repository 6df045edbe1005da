package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.remedies

# METADATA
# title: Weak key
# description: >-
#   A certificate in use has an RSA or DSA key that is shorter than the threshold minimum_key_bits. Elliptic curve
#   keys are shorter by design and are not checked.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC030
#   severity: error
#   remediation: Replace the certificate with one that has a longer key.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": sprintf("%s has a key of %d bits (%s); the minimum is %d", [
		described(certificate),
		certificate.key_bits,
		certificate.key_algorithm,
		compliance.config.minimum_key_bits,
	]),
	"path": path(certificate.thumbprint, "key_bits"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	remedies.weak_key(certificate)
}
