package transportcert.compliance_test

import data.transportcert.compliance

test_nothing_to_report if {
	compliance.findings == [] with input as document
}

test_a_finding_in_full if {
	compliance.findings == [{
		"rule_id": "TC032",
		"title": "No private key",
		"severity": "error",
		"server": "EX01",
		"message": sprintf("EX01: the certificate %s (SMTP) has no private key.", [b]),
		"remediation": concat("\n", [
			"# Import it again from a backup that has the private key (Import-ExchangeCertificate), or, where nothing uses it:",
			sprintf("Remove-ExchangeCertificate -Thumbprint '%s' -Server 'EX01'", [b]),
		]),
		"references": ["https://learn.microsoft.com/powershell/module/exchange/enable-exchangecertificate"],
		"path": "certificates[1].has_private_key",
		"thumbprint": b,
		"connector": null,
		"suppressed": null,
	}] with input as with_other({"has_private_key": false, "services": ["SMTP"]})
}

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

test_names_in_a_remediation_are_powershell_literals if {
	found := only("TC012", object.union(document, {"server": "O'Hara", "certificates": []}))
	found[0].remediation == "New-ExchangeCertificate -Services SMTP -Server 'O''Hara'"
}

test_a_fact_cannot_smuggle_in_another if {
	compliance.filled_in("{identity} {server} {nothing}", {"identity": "{server}"}) == "'{server}' 'EX01' {nothing}" with input as document
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

test_a_document_with_errors_has_nothing_of_the_organisation if {
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

test_policies_without_metadata_say_so if {
	found := compliance.without_metadata({}) with input as document
	[[f.rule_id, f.severity, f.server] | some f in found] == [["TC099", "error", "EX01"]]
	like_another := compliance.finding(metadata, {"message": "x"}) with input as document
	every f in found { object.keys(f) == object.keys(like_another) }
}

metadata := {"title": "x", "custom": {"id": "x", "severity": "info", "remediation": "x"}}

test_the_decision_comes_with_what_is_found if {
	checked := compliance.checked with input as with_other({"has_private_key": false, "services": ["SMTP"]})
	checked.decision.ineligible == {b: ["no_private_key"]}
	[[f.rule_id, f.thumbprint] | some f in checked.findings] == [["TC032", b]]
}
