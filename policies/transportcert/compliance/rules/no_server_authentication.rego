package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No server authentication
# description: >-
#   A certificate in use is restricted by its extended key usage extension, which does not allow server
#   authentication. Clients that check for it reject the certificate.
# related_resources:
#   - description: RFC 5280, extended key usage
#     ref: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12
# custom:
#   id: TC037
#   severity: error
#   remediation: >-
#     Have the certificate reissued with server authentication (1.3.6.1.5.5.7.3.1), and enable the new one for the
#     services of the old one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": concat(" ", [described(certificate), "is not for server authentication"]),
	"path": path(certificate.thumbprint, "extended_key_usages"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	remedies.not_for(certificate, "1.3.6.1.5.5.7.3.1")
}
