package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Weak signature
# description: >-
#   A certificate in use is signed with MD2, MD4, MD5 or SHA-1. The signature of a self-signed certificate protects
#   nothing, but it is reported as in HealthChecker, because scanners and auditors report it too.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
#   - description: Exchange Server TLS and hash algorithms
#     ref: https://aka.ms/HC-SSLBP
# custom:
#   id: TC031
#   severity: warning
#   remediation: >-
#     Renew it on a current cumulative update, because older ones sign with SHA-1, or have the CA reissue it with
#     SHA-2. Then enable the new one for the services of the old one. For the Auth certificate, use Set-AuthConfig.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": sprintf("%s is signed with %s", [described(certificate), certificate.signature_algorithm]),
	"path": path(certificate.thumbprint, "signature_algorithm"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	remedies.weakly_signed(certificate)
}
