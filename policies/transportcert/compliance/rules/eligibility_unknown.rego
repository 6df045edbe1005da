package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: Eligibility depends on an unknown fact
# description: >-
#   A certificate is ineligible only because it is not known whether it has a private key or which services it is
#   enabled for. If it is eligible in fact, the decision can be different.
# related_resources:
#   - description: Reading 11
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-11
# custom:
#   id: TC050
#   severity: warning
#   remediation: >-
#     Gather the certificates from a source that has the fact, such as Get-ExchangeCertificate on {server} itself, or
#     supply the fact.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.gather_facts],
	"message": sprintf("%s is ineligible only because it is not known %s", [
		described(document.store[thumbprint]),
		unknown.fact,
	]),
	"path": path(thumbprint, unknown.field),
	"thumbprint": thumbprint,
}) if {
	some thumbprint, facts in selection.could_be_eligible(decision.domains)
	some unknown in facts
}
