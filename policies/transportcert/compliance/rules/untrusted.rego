package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Untrusted
# description: >-
#   A certificate in use is issued by a CA whose root is not trusted, so it can never be best. A self-signed
#   certificate needs no trust here.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC034
#   severity: warning
#   remediation: >-
#     Import the CA's root certificate into the Trusted Root Certification Authorities of {server}, and what
#     lies between into its Intermediate Certification Authorities.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.trust(certificate)],
	"message": sprintf("%s has no chain to a trusted root%s", [described(certificate), because(certificate)]),
	"path": path(certificate.thumbprint, "trust.chain"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.self_signed == false
	certificate.trust.chain == "untrusted"
}

# Why there is no trusted chain, as far as the document says it.
because(certificate) := sprintf(" (%s)", [certificate.trust.error]) if {
	certificate.trust.error != ""
} else := ""
