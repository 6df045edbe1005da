package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Only an expired PKI certificate for STARTTLS
# description: >-
#   For STARTTLS, a connector has neither a valid PKI certificate nor a self-signed one, only a PKI certificate that
#   has expired or whose chain has expired. The published text requires a valid one, so the connector may not offer
#   STARTTLS at all. If it does, clients that check the certificate reject it.
# related_resources:
#   - description: Specification
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# custom:
#   id: TC029
#   severity: error
#   remediation: >-
#     Import the CA's current certificates on {server}, or have the certificate reissued and enable the new one for
#     SMTP. When asked whether to overwrite the default SMTP certificate, answer No.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.expired_chain(connector.certificate),
	"message": sprintf("for STARTTLS, %s has only the certificate %s, which has expired or whose chain has expired", [
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
