package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.remedies

# METADATA
# title: Invalid threshold
# description: >-
#   data.transportcert.custom.config has an unknown threshold or an invalid value. It is ignored, and the shipped
#   threshold applies.
# custom:
#   id: TC091
#   severity: error
#   remediation: Correct data.transportcert.custom.config as the message says.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_policies], "message": problem,
}) if {
	some problem in compliance.config_problems
}
