package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# METADATA
# title: A name that no eligible certificate covers
# description: >-
#   The domain list has a name that is in no eligible certificate, neither as a common name nor as a DNS
#   name. A wildcard covers nothing but itself. A host name without dots is not asked for where a certificate of a CA
#   is for the FQDN that begins with it: no public CA issues certificates for such names.
# related_resources:
#   - description: Step 6
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-6
# custom:
#   id: TC015
#   severity: warning
#   remediation: >-
#     Create a certificate for all names of the server.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.cover_names,
	"message": concat(" ", ["no eligible certificate is for", domain]),
	"path": min(object.keys(paths_by_host_name[domain])),
}) if {
	count(decision.eligible) > 0
	some domain in decision.domains
	not domain in eligible_names
	not covered_by_ca(domain)
}

# A host name whose FQDN stands in an eligible certificate of a CA.
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
