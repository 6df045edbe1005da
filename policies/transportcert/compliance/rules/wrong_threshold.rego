package transportcert.compliance.rules

import data.transportcert.compliance
import data.transportcert.remedies

# METADATA
# title: Wrong threshold
# description: >-
#   data.transportcert.custom.config holds something that is no threshold, or a value that cannot be one. It
#   does not count: the shipped threshold holds.
# custom:
#   id: TC091
#   severity: error
#   remediation: Correct data.transportcert.custom.config as the message says.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_policies], "message": problem,
}) if {
	some problem in compliance.config_problems
}
