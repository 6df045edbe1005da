package transportcert.compliance.rules_test

import data.transportcert.compliance.rules

test_policies_without_metadata_say_so if {
	found := rules.without_metadata({}) with input as document
	[[f.rule_id, f.severity, f.server] | some f in found] == [["TC099", "error", "EX01"]]
	like_another := rules.finding(metadata, {"message": "x"}) with input as document
	every f in found { object.keys(f) == object.keys(like_another) }
}

metadata := {"title": "x", "custom": {"id": "x", "severity": "info", "remediation": "x"}}
