package main

import data.transportcert.compliance

# METADATA
# title: Deny
# description: >-
#   The findings of severity error that no waiver suppresses, for conftest test -p FOLDER DOCUMENT. The package is main
#   because conftest looks there by default, and passes if it finds no rules. It has nothing else, so that it can be
#   combined with another package main.
# custom:
#   document: findings
deny contains object.union(finding, {"msg": concat(" ", [finding.rule_id, finding.message])}) if {
	some finding in compliance.findings
	finding.severity == "error"
	is_null(finding.suppressed)
}

# METADATA
# title: Warn
# description: The findings of severity warning that no waiver suppresses. Findings of severity info are in neither.
# custom:
#   document: findings
warn contains object.union(finding, {"msg": concat(" ", [finding.rule_id, finding.message])}) if {
	some finding in compliance.findings
	finding.severity == "warning"
	is_null(finding.suppressed)
}
