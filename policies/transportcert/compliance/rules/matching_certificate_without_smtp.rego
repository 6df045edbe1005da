package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A certificate for STARTTLS without SMTP
# description: >-
#   A valid certificate matches what a connector searches for, and lacks nothing but SMTP. One published text says that
#   it does not count, another that Exchange picks it and TLS then fails.
# related_resources:
#   - description: The scenarios and their readings
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# custom:
#   id: TC047
#   severity: warning
#   remediation: >-
#     Enable the certificate for SMTP, or remove it if something is wrong with it.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.without_smtp(thumbprint),
	"message": sprintf("%s searches for a certificate for STARTTLS that the certificate %s matches without being enabled for SMTP", [
		connector.name,
		thumbprint,
	]),
	"path": path(thumbprint, "services"),
	"thumbprint": thumbprint,
	"connector": connector.name,
}) if {
	some connector in starttls
	some thumbprint, reasons in connector.ineligible
	reasons == ["smtp_not_enabled"]
	selection.valid_now(document.store[thumbprint])
}
