package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: The best rests on an unknown fact
# description: >-
#   An eligible certificate could be best instead: nobody could tell whether it is self-signed, or whether its
#   chain ends in a trusted root and is valid now.
# related_resources:
#   - description: Reading 11
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-11
# custom:
#   id: TC051
#   severity: warning
#   remediation: >-
#     Name the trusted root certificates when gathering (--roots, --system-roots), or supply the fact.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.gather_facts],
	"message": sprintf("%s could be best; unknown is %s", [described(document.store[thumbprint]), unknown.fact]),
	"path": path(thumbprint, unknown.field),
	"thumbprint": thumbprint,
}) if {
	some thumbprint, unknown in selection.could_be_best(decision.domains)
}
