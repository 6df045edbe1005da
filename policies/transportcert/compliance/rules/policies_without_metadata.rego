package transportcert.compliance.rules

import data.transportcert.remedies

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

# The finding where there is no METADATA to make it from; nothing where there is.
without_metadata(metadata) := {{
	"rule_id": "TC099",
	"title": "Policies without METADATA",
	"severity": "error",
	"server": decision.server,
	"message": sprintf("%s: the policies have lost their METADATA, and no rule can report.", [server_name]),
	"remedies": [remedies.correct_policies],
	"action": "correct-policies",
	"remediation": "Take the policies as they are published, or build the bundle anew with opa build or transportcert bundle build.",
	"references": [],
	"path": "",
	"thumbprint": null,
	"connector": null,
	"suppressed": null,
}} if {
	count(metadata) == 0
} else := set()
