package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A matching certificate is not enabled for SMTP
# description: >-
#   A valid certificate matches what a connector searches for, but is not enabled for SMTP. According to one published
#   text, Exchange ignores it. According to another, Exchange selects it and TLS then fails.
# related_resources:
#   - description: Specification
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# custom:
#   id: TC047
#   severity: warning
#   remediation: Enable the certificate for SMTP, or remove it if it must not be used.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.without_smtp(thumbprint),
	"message": sprintf("the certificate %s matches %s for STARTTLS, but is not enabled for SMTP", [
		thumbprint,
		connector.name,
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
