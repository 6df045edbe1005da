package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A server name is not in any eligible certificate
# description: >-
#   A name on the domain list is neither a common name nor a DNS name of any eligible certificate. A wildcard name
#   covers only itself. A host name without dots is not required if a certificate from a CA has the FQDN that begins
#   with it, because no public CA issues certificates for such names.
# related_resources:
#   - description: Step 6
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-6
# custom:
#   id: TC015
#   severity: warning
#   remediation: Create a certificate with all names of the server.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.cover_names,
	"message": concat(" ", ["no eligible certificate has the name", domain]),
	"path": min(object.keys(paths_by_host_name[domain])),
}) if {
	count(decision.eligible) > 0
	some domain in decision.domains
	not domain in eligible_names
	not covered_by_ca(domain)
}

# A host name whose FQDN is in an eligible certificate from a CA.
covered_by_ca(domain) if {
	not contains(domain, ".")
	some thumbprint in decision.eligible
	document.store[thumbprint].self_signed == false
	some name in selection.names(document.store[thumbprint])
	fqdn := selection.comparable(name)
	fqdn in decision.domains
	startswith(fqdn, concat("", [domain, "."]))
}

# The names of the eligible certificates, comparable.
eligible_names := {selection.comparable(name) |
	some thumbprint in decision.eligible
	some name in selection.names(document.store[thumbprint])
}
