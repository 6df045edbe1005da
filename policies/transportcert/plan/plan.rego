# METADATA
# scope: package
# title: Plan
# description: What to do about a server, in order, and whether anything has to be done at all.
# related_resources:
#   - description: The plan
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#the-plan
# schemas:
#   - input: schema.input
package transportcert.plan

import data.transportcert.compliance
import data.transportcert.server

# METADATA
# title: Verdict
# description: MAIL AT RISK, ACTION NEEDED where an error or a warning is not waived, or OK.
verdict := "MAIL AT RISK" if {
	server.decision.mail_at_risk == true
} else := "ACTION NEEDED" if {
	some finding in compliance.findings
	is_null(finding.suppressed)
	finding.severity in {"error", "warning"}
} else := "OK"

# METADATA
# title: Actions
# description: What to do, each action once, in the order in which it is to be done.
actions := [action |
	some id in {finding.action | some finding in compliance.findings; is_null(finding.suppressed); is_string(finding.action)}
	answered := [finding | some finding in compliance.findings; finding.action == id; is_null(finding.suppressed)]
	lines := split(answered[0].remediation, "\n")
	action := {
		"id": id,
		"title": answered[0].title,
		"why": sort({reason | some finding in answered; some reason in reasons(finding)}),
		"description": concat("\n", [trim_prefix(line, "# ") | some line in lines; startswith(line, "# ")]),
		"commands": [line | some line in lines; not startswith(line, "# ")],
		"prompt": null,
		"afterwards": [],
		"effect": [],
		"manual": false,
	}
]

# The ids of a finding: its rule, and the event that it reports.
reasons(finding) := {finding.rule_id} | {id |
	id := {"TC001": 12012, "TC002": 12013, "TC003": 12015, "TC004": 1037, "TC005": 12014, "TC006": 12016}[finding.rule_id]
}
