package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Date out of range
# description: >-
#   Now, or now plus a threshold in days, is not a date from 1678 to 2262, so no rule can tell which certificates
#   expire soon.
# custom:
#   id: TC095
#   severity: error
#   remediation: Correct now in the document, or remove it.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_now],
	"message": sprintf("dates cannot be calculated from now, %s", [document.now]),
	"path": "now",
}) if {
	not horizons_known
}

horizons_known if {
	expiry_horizon
	notice_horizon
	oldest_facts
}
