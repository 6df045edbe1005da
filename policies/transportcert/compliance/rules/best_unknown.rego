package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: The best certificate depends on an unknown fact
# description: >-
#   An eligible certificate could be the best one instead: it is not known whether it is self-signed, or whether its
#   chain ends in a trusted root and is valid now.
# related_resources:
#   - description: Reading 11
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-11
# custom:
#   id: TC051
#   severity: warning
#   remediation: Specify the trusted root certificates when you gather (--roots, --system-roots), or supply the fact.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.gather_facts],
	"message": sprintf("%s could be the best certificate, but it is not known %s", [described(document.store[thumbprint]), unknown.fact]),
	"path": path(thumbprint, unknown.field),
	"thumbprint": thumbprint,
}) if {
	some thumbprint, unknown in selection.could_be_best(decision.domains)
}
