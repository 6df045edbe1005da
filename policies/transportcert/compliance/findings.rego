# METADATA
# scope: package
# title: Compliance
# description: >-
#   Findings for CI, over the document and the decision. The METADATA of a rule that reports is the single
#   source of its id, title, description, severity, remediation and references; an id never changes. A name
#   in braces in a remediation stands for a fact of the finding, written as a PowerShell literal.
# related_resources:
#   - description: The steps, their readings and both documents
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# schemas:
#   - input: schema.input
package transportcert.compliance

import data.transportcert.inbound_anonymous

# METADATA
# title: Findings
# description: >-
#   Everything that is reported, by id and place. A waived finding stays, with the waiver in suppressed. A
#   document with errors has its errors and nothing else.
# entrypoint: true
# custom:
#   document: findings
findings := [found |
	some [_, _, found] in sort([[found.rule_id, found.path, found] | some found in all_findings])
]

# METADATA
# title: Checked
# description: The decision and what is found, for those who need both of one evaluation.
# custom:
#   document: findings
checked := {"decision": decision, "findings": findings}

# METADATA
# title: All findings
# description: >-
#   The findings without an order. What is said about the document and the policies themselves cannot be
#   waived.
# scope: document
# custom:
#   document: findings
all_findings := input_report | policy_report if {
	count(decision.input_errors) > 0
} else := (waived_report | setup_report) | policy_report

# METADATA
# title: Decision
# description: What the findings are about.
# custom:
#   document: decision
decision := inbound_anonymous.decision

# METADATA
# title: Now
# description: The time for which the decision holds.
# custom:
#   document: decision
now := decision.evaluated_at

# METADATA
# title: Finding
# description: >-
#   A finding from the METADATA of its rule and the facts of the case. A message is a sentence without the
#   server's name and the full stop. A remediation among the facts is used in place of the general one.
# custom:
#   document: findings
finding(metadata, facts) := object.union(
	{
		"rule_id": metadata.custom.id,
		"title": metadata.title,
		"severity": metadata.custom.severity,
		"server": decision.server,
		"remediation": filled_in(metadata.custom.remediation, facts),
		"references": [resource.ref | some resource in metadata.related_resources],
		"path": "",
		"thumbprint": null,
		"connector": null,
		"suppressed": null,
	},
	object.union(
		object.filter(facts, ["remediation", "path", "thumbprint", "connector"]),
		{"message": sprintf("%s: %s.", [server_name, facts.message])},
	),
)

# METADATA
# title: Server name
# description: What a message calls the server.
# scope: document
# custom:
#   document: findings
default server_name := "the document"

server_name := decision.server if is_string(decision.server)

# METADATA
# title: Filled in
# description: >-
#   A remediation with the facts in place of their names in braces, each as a PowerShell literal, so that a
#   name from a document stays a name.
# custom:
#   document: findings
filled_in(remediation, facts) := strings.replace_n(
	{concat(name, ["{", "}"]): inbound_anonymous.quoted(value) |
		some name, value in object.union(facts, {"server": decision.server})
		is_string(value)
	},
	remediation,
)

# METADATA
# title: Error in the input document
# description: >-
#   The document lacks a field or has something else than what was expected, so nothing was decided and
#   nothing else is reported.
# related_resources:
#   - description: The input document
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#input-document
# custom:
#   id: TC090
#   severity: error
#   remediation: Correct the document at the place that the message names, or gather it anew.
input_report contains finding(rego.metadata.rule(), {
	"message": input_error,
	"path": split(input_error, ": ")[0],
}) if {
	some input_error in decision.input_errors
}

# METADATA
# title: Policies without METADATA
# description: >-
#   Something took the comments out of the policies, and with them their METADATA, so no rule knows its id
#   and severity and none can report.
# custom:
#   id: TC099
#   severity: error
#   remediation: >-
#     Take the policies as they are published, or build the bundle anew with opa build or transportcert bundle
#     build.
policy_report := without_metadata(rego.metadata.rule())

# METADATA
# title: Without METADATA
# description: The finding where there is no METADATA to make it from; nothing where there is.
# scope: document
# custom:
#   document: findings
without_metadata(metadata) := {{
	"rule_id": "TC099",
	"title": "Policies without METADATA",
	"severity": "error",
	"server": decision.server,
	"message": sprintf("%s: the policies have lost their METADATA, and no rule can report.", [server_name]),
	"remediation": "Take the policies as they are published, or build the bundle anew with opa build or transportcert bundle build.",
	"references": [],
	"path": "",
	"thumbprint": null,
	"connector": null,
	"suppressed": null,
}} if {
	count(metadata) == 0
} else := set()
