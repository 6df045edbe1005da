package main

import data.transportcert.compliance

# METADATA
# title: Deny
# description: >-
#   The findings of severity error that no waiver suppresses, as conftest wants them: conftest test -p FOLDER
#   DOCUMENT. The package is main since that is where conftest looks, and it passes what it does not find.
#   Nothing else is in it, so that it stands beside another main.
# custom:
#   document: findings
deny contains object.union(finding, {"msg": concat(" ", [finding.rule_id, finding.message])}) if {
	some finding in compliance.findings
	finding.severity == "error"
	is_null(finding.suppressed)
}

# METADATA
# title: Warn
# description: The same of severity warning. Findings of severity info are not in either.
# custom:
#   document: findings
warn contains object.union(finding, {"msg": concat(" ", [finding.rule_id, finding.message])}) if {
	some finding in compliance.findings
	finding.severity == "warning"
	is_null(finding.suppressed)
}
