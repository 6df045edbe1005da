package transportcert.compliance.rules

import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: The server's FQDN has no domain
# description: >-
#   A name that must be fully qualified has no domain: the computer has no primary DNS suffix, or the name was gathered
#   incorrectly. No CA issues certificates for such a name.
# related_resources:
#   - description: Step 6
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-6
# custom:
#   id: TC016
#   severity: warning
#   remediation: >-
#     Gather the names of the host on {server} itself. A machine without a primary DNS suffix has no name that a CA's certificate
#     can be for.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.gather_host],
	"message": sprintf("the FQDN %s has no domain", [input.host[field]]),
	"path": concat(".", ["host", field]),
}) if {
	some field in ["dns_fqdn", "physical_dns_fqdn"]
	not has_domain(selection.comparable(input.host[field]))
}

has_domain(name) if {
	contains(name, ".")
	remedies.possible(name)
}
