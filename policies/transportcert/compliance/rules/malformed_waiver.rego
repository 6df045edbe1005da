package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.remedies

# METADATA
# title: Malformed waiver
# description: >-
#   A waiver is ignored because it is not valid. It must have rule_id, reason, expires, and server or thumbprint or
#   both. Findings about the document and the policies cannot be waived.
# custom:
#   id: TC094
#   severity: warning
#   remediation: Correct the waiver in data.transportcert.waivers as the message says.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_policies], "message": problem,
}) if {
	some problem in compliance.waiver_problems
}
