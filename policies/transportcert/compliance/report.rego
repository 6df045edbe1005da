# METADATA
# scope: package
# title: Compliance
# description: >-
#   Findings for CI about the document and the decision: those of the shipped rules, those of an organization's own rules,
#   and the waivers that suppress them.
# related_resources:
#   - description: Specification
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
#   All findings, sorted by id and path. A waived finding stays in the list, with its waiver in suppressed. For a document
#   with errors, only the errors are reported.
# entrypoint: true
findings := [object.remove(found, ["event", "remedies"]) |
	some [_, _, found] in sort([[found.rule_id, found.path, found] | some found in all_findings])
]

# METADATA
# title: Unwaived
# description: The findings that are not waived, each with its remedies and the event that it reports.
unwaived := [found | some found in all_findings; is_null(found.suppressed)]

# METADATA
# title: Checked
# description: The decision, the findings and the plan in one document, so that one query returns all of them.
checked := {"decision": server.decision, "findings": findings, "plan": plan}

# Findings about the document and the policies cannot be waived.
all_findings := rules.input_report | rules.policy_report if {
	count(inbound_anonymous.decision.input_errors) > 0
} else := (waived_report | rules.setup_report) | rules.policy_report
