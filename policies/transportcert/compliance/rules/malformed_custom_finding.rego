package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.remedies

# METADATA
# title: Malformed custom finding
# description: >-
#   A member of data.transportcert.custom.findings is not a valid finding. It must have rule_id, severity and message,
#   and can have title, server, remediation, references, path, thumbprint and connector. Ids that begin with TC are
#   reserved for the shipped rules.
# custom:
#   id: TC092
#   severity: error
#   remediation: Correct the rule in data.transportcert.custom that returns the finding.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_policies], "message": problem,
}) if {
	some problem in compliance.custom_problems
}
