package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: Eligibility rests on an unknown fact
# description: >-
#   A certificate is not eligible only because nobody could tell whether it has a private key or for which
#   services it is enabled. Where it is eligible in truth, the decision may be another one.
# related_resources:
#   - description: Reading 11
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-11
# custom:
#   id: TC050
#   severity: warning
#   remediation: >-
#     Gather the certificates from a source that knows, such as Get-ExchangeCertificate on {server} itself, or
#     supply the fact.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.gather_facts],
	"message": sprintf("%s would be eligible as far as is known; unknown is %s", [
		described(document.store[thumbprint]),
		unknown.fact,
	]),
	"path": path(thumbprint, unknown.field),
	"thumbprint": thumbprint,
}) if {
	some thumbprint, facts in selection.could_be_eligible(decision.domains)
	some unknown in facts
}
