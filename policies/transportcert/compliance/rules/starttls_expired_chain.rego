package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: An expired PKI certificate for STARTTLS
# description: >-
#   A connector has no valid PKI certificate and no self-signed one for STARTTLS, only a PKI certificate that has expired
#   itself or in its chain. The published text asks for a valid one, so the connector may not offer STARTTLS at all; if
#   it does, whoever checks the certificate refuses it.
# related_resources:
#   - description: The scenarios and their readings
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# custom:
#   id: TC029
#   severity: error
#   remediation: >-
#     Import the current certificates of the CA on {server}, or have the certificate issued anew, and enable the new one
#     for SMTP. Answer No when asked whether to overwrite the default SMTP certificate.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.expired_chain(connector.certificate),
	"message": sprintf("%s has only the certificate %s for STARTTLS, which has expired or whose chain has", [
		connector.name,
		connector.certificate,
	]),
	"path": path(connector.certificate, "trust"),
	"thumbprint": connector.certificate,
	"connector": connector.name,
}) if {
	some connector in starttls
	connector.certificate_kind == "expired_pki"
}
