package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Date out of range
# description: >-
#   Now, or now and the days of a threshold, is no date from 1678 to 2262, so no rule can tell which
#   certificate expires soon.
# custom:
#   id: TC095
#   severity: error
#   remediation: Correct now in the document, or leave it out.
setup_report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.correct_now],
	"message": sprintf("the dates that follow on %s cannot be told", [document.now]),
	"path": "now",
}) if {
	not horizons_known
}

horizons_known if {
	expiry_horizon
	notice_horizon
	oldest_facts
}
