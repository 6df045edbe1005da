package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Policies without METADATA
# description: >-
#   The comments were removed from the policies, and their METADATA with them. Without METADATA, no rule knows its id
#   and severity, and none can report.
# custom:
#   id: TC099
#   severity: error
#   remediation: Use the policies as published, or rebuild the bundle with opa build or transportcert bundle build.
policy_report := without_metadata(rego.metadata.rule())

# The finding if there is no METADATA to build it from; otherwise none.
without_metadata(metadata) := {{
	"rule_id": "TC099",
	"title": "Policies without METADATA",
	"severity": "error",
	"server": decision.server,
	"message": sprintf("%s: the policies have no METADATA, so no rule can report.", [server_name]),
	"remedies": [remedies.correct_policies],
	"action": "correct-policies",
	"remediation": "Use the policies as published, or rebuild the bundle with opa build or transportcert bundle build.",
	"references": [],
	"path": "",
	"thumbprint": null,
	"connector": null,
	"suppressed": null,
}} if {
	count(metadata) == 0
} else := set()
