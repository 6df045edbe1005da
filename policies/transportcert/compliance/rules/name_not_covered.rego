package transportcert.compliance.rules

import data.transportcert.remedies

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
	some domain in remedies.uncovered_names
}
