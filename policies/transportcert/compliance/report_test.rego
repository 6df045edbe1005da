package transportcert.compliance_test

import data.transportcert.compliance
import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.c
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.pki
import data.transportcert.compliance.rules_test.reported
import data.transportcert.compliance.rules_test.self_signed
import data.transportcert.compliance.rules_test.with_certificates
import data.transportcert.compliance.rules_test.with_other

test_findings_come_by_id_and_place if {
	found := compliance.findings with input as with_certificates([
		self_signed,
		object.union(pki, {"has_private_key": false, "signature_algorithm": "SHA1-RSA"}),
		object.union(self_signed, {"thumbprint": c, "has_private_key": false}),
	])
	[[f.rule_id, f.path] | some f in found] == [
		["TC031", "certificates[1].signature_algorithm"],
		["TC032", "certificates[1].has_private_key"],
		["TC032", "certificates[2].has_private_key"],
	]
}

test_a_document_with_errors_has_its_errors_and_nothing_else if {
	found := compliance.findings with input as object.remove(with_other({"has_private_key": "yes"}), ["host"])
	[{"id": f.rule_id, "severity": f.severity, "message": f.message, "path": f.path} | some f in found] == [
		{
			"id": "TC090",
			"severity": "error",
			"message": "EX01: certificates[1].has_private_key: expected true, false or null.",
			"path": "certificates[1].has_private_key",
		},
		{
			"id": "TC090",
			"severity": "error",
			"message": "EX01: host: expected an object.",
			"path": "host",
		},
	]
}

test_a_document_with_errors_has_nothing_of_the_organization if {
	reported(object.remove(document, ["host"])) == ["TC090"] with data.transportcert.custom.findings as [{
		"rule_id": "ORG001",
		"severity": "error",
		"message": "x",
	}]
		with data.transportcert.custom.config as {"expires_within_days": "x"}
		with data.transportcert.waivers as [{}, {"rule_id": "TC090", "server": "EX01", "reason": "x", "expires": "2027-01-01"}]
}

test_what_is_no_document_has_errors[name] if {
	some name, value in {"null": null, "text": "EX01", "number": 1, "array": [document], "object": {}}
	found := compliance.findings with input as value
	count(found) >= 6
	every finding in found {
		finding.rule_id == "TC090"
		is_null(finding.server)
		startswith(finding.message, "the document: ")
	}
}

test_the_decision_comes_with_what_is_found if {
	checked := compliance.checked with input as with_other({"has_private_key": false, "services": ["SMTP"]})
	checked.decision.inbound_anonymous.ineligible == {b: ["no_private_key"]}
	[[f.rule_id, f.thumbprint] | some f in checked.findings] == [["TC032", b]]
}
