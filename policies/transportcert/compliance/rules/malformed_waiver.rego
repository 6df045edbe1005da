package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.remedies

# METADATA
# title: Malformed waiver
# description: >-
#   A waiver does not count, because it is not what one looks like: rule_id, reason, expires, and server or
#   thumbprint or both. What is said about the document and the policies themselves cannot be waived.
# custom:
#   id: TC094
#   severity: warning
#   remediation: Correct the waiver in data.transportcert.waivers as the message says.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_policies], "message": problem,
}) if {
	some problem in compliance.waiver_problems
}
