package transportcert.compliance.rules

# METADATA
# title: Weak signature
# description: >-
#   A certificate in use is signed with MD2, MD4, MD5 or SHA-1. That of a self-signed certificate protects
#   nothing, and is reported as HealthChecker does, since scanners and auditors do so too.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
#   - description: Exchange Server TLS and hash algorithms
#     ref: https://aka.ms/HC-SSLBP
# custom:
#   id: TC031
#   severity: warning
#   remediation: >-
#     Renew it on a current cumulative update, since older ones sign with SHA-1, or have the CA issue it anew
#     with SHA-2. Then enable the new one for the services of the old one; the Auth certificate with Set-AuthConfig.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s is signed with %s", [described(certificate), certificate.signature_algorithm]),
	"path": path(certificate.thumbprint, "signature_algorithm"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	weakly_signed(certificate)
}

# The signature's name has a weak hash in it (SHA1-RSA, sha1RSA, ecdsa-with-SHA1), or is the OID of such a
# signature.
weakly_signed(certificate) if regex.match(`(?i)md[245]|sha-?1([^0-9]|$)`, certificate.signature_algorithm)

weakly_signed(certificate) if certificate.signature_algorithm in weak_signature_oids

# MD2, MD4, MD5 and SHA-1 with RSA, DSA and ECDSA. A gatherer that has no name for a signature gives its OID.
weak_signature_oids := {
	"1.2.840.10040.4.3",
	"1.2.840.10045.4.1",
	"1.2.840.113549.1.1.2",
	"1.2.840.113549.1.1.3",
	"1.2.840.113549.1.1.4",
	"1.2.840.113549.1.1.5",
	"1.3.14.3.2.13",
	"1.3.14.3.2.15",
	"1.3.14.3.2.2",
	"1.3.14.3.2.27",
	"1.3.14.3.2.29",
	"1.3.14.3.2.3",
	"1.3.14.3.2.4",
	"1.3.14.7.2.3.1",
}
