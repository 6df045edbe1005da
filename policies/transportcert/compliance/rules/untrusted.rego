package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Certificate not trusted
# description: >-
#   A certificate in use was issued by a CA whose root is not trusted, so it can never be best. A self-signed
#   certificate does not need trust here.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC034
#   severity: warning
#   remediation: >-
#     Import the CA's root certificate into the Trusted Root Certification Authorities of {server}, and any
#     intermediate certificates into its Intermediate Certification Authorities.
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

# Why there is no trusted chain, if the document says so.
because(certificate) := sprintf(" (%s)", [certificate.trust.error]) if {
	certificate.trust.error != ""
} else := ""
