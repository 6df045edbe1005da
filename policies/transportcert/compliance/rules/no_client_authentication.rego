package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: No client authentication
# description: >-
#   The certificate of a Send connector that has the server as a source server is restricted by its extended key usage
#   extension, which does not allow client authentication. Public CAs stop issuing certificates for client
#   authentication in 2026. A receiving server that checks for it rejects the certificate.
# related_resources:
#   - description: RFC 5280, extended key usage
#     ref: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12
# custom:
#   id: TC038
#   severity: info
#   remediation: >-
#     Ask the operators of the receiving servers whether they check for client authentication (1.3.6.1.5.5.7.3.2). If
#     they do, use a certificate from a CA that still issues it.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s, which %s uses, is not for client authentication", [described(certificate), name.described]),
	"path": path(thumbprint, "extended_key_usages"),
	"thumbprint": thumbprint,
	"connector": name.connector,
}) if {
	some name in tls_certificate_names
	name.sends
	some thumbprint in named(name.value)
	certificate := document.store[thumbprint]
	remedies.not_for(certificate, "1.3.6.1.5.5.7.3.2")
}
