package transportcert.custom_test

import data.transportcert.compliance

test_a_certificate_with_a_change if {
	compliance.findings == [] with input as document
}

test_a_certificate_without_a_change if {
	found := compliance.findings with input as changed({"friendly_name": "EX01 SMTP"})
	found == [{
		"rule_id": "CONTOSO001",
		"title": "Certificate without a change",
		"severity": "warning",
		"server": "EX01",
		"message": sprintf("EX01: the certificate %s has no change in its friendly name.", [a]),
		"action": sprintf("custom:CONTOSO001:%s", [a]),
		"remediation": "Begin the certificate's friendly name with the number of its change, CHG and seven digits.",
		"references": ["https://wiki.contoso.test/changes"],
		"path": "certificates[0].friendly_name",
		"thumbprint": a,
		"connector": null,
		"suppressed": null,
	}]
}

test_reported[name] if {
	some name, case in {
		"no friendly name": {"document": without(["friendly_name"]), "ids": ["CONTOSO001"]},
		"six digits": {"document": changed({"friendly_name": "CHG123456 x"}), "ids": ["CONTOSO001"]},
		"eight digits": {"document": changed({"friendly_name": "CHG12345678 x"}), "ids": ["CONTOSO001"]},
		"self-signed": {"document": changed({"friendly_name": "x", "self_signed": true}), "ids": []},
	}
	found := compliance.findings with input as case.document
	[finding.rule_id | some finding in found; startswith(finding.rule_id, "CONTOSO")] == case.ids
}
