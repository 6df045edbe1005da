# METADATA
# scope: package
# title: Compliance
# description: >-
#   Findings for CI, over the document and the decision: what the rules report, an organisation's own findings,
#   and the waivers that suppress them.
# related_resources:
#   - description: The steps, their readings and both documents
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# schemas:
#   - input: schema.input
package transportcert.compliance

import data.transportcert.compliance.rules
import data.transportcert.inbound_anonymous
import data.transportcert.plan
import data.transportcert.server

# METADATA
# title: Findings
# description: >-
#   Everything that is reported, by id and place. A waived finding stays, with the waiver in suppressed. A
#   document with errors has its errors and nothing else.
# entrypoint: true
findings := [object.remove(found, ["event", "remedies"]) |
	some [_, _, found] in sort([[found.rule_id, found.path, found] | some found in all_findings])
]

# METADATA
# title: Unwaived
# description: What is found and not waived, each with its remedies and the event that it reports.
unwaived := [found | some found in all_findings; is_null(found.suppressed)]

# METADATA
# title: Checked
# description: The decision, what is found and what to do, for those who need all of one evaluation.
checked := {"decision": server.decision, "findings": findings, "plan": plan}

# What is said about the document and the policies themselves cannot be waived.
all_findings := rules.input_report | rules.policy_report if {
	count(inbound_anonymous.decision.input_errors) > 0
} else := (waived_report | rules.setup_report) | rules.policy_report
