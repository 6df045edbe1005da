package transportcert.compliance.rules_test

import data.transportcert.compliance

test_no_eligible_certificate if {
	found := compliance.findings with input as changed({"services": ["IIS"]})
	[[f.rule_id, f.severity, f.message, f.path] | some f in found] == [["TC012", "warning", "EX01: no certificate is eligible (certificates in the store: 1).", "certificates"]]
}
