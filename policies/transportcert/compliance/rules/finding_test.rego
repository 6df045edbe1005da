package transportcert.compliance.rules_test

import data.transportcert.compliance
import data.transportcert.compliance.rules

test_nothing_to_report if {
	compliance.findings == [] with input as document
}

test_a_finding_in_full if {
	compliance.findings == [{
		"rule_id": "TC032",
		"title": "No private key",
		"severity": "error",
		"action": sprintf("remove-certificate:%s", [b]),
		"server": "EX01",
		"message": sprintf("EX01: the certificate %s (SMTP) has no private key.", [b]),
		"remediation": sprintf("# Answer Yes when asked: Are you sure you want to perform this action?\nRemove-ExchangeCertificate -Thumbprint %s -Server 'EX01'", [b]),
		"references": ["https://learn.microsoft.com/powershell/module/exchange/enable-exchangecertificate"],
		"path": "certificates[1].has_private_key",
		"thumbprint": b,
		"connector": null,
		"suppressed": null,
	}] with input as with_other({"has_private_key": false, "services": ["SMTP"]})
}

test_names_in_a_remediation_are_powershell_literals if {
	found := only("TC012", object.union(document, {"server": "O'Hara", "certificates": []}))
	contains(found[0].remediation, "New-ExchangeCertificate -Server 'O''Hara' -KeySize 2048")
}

test_a_fact_cannot_smuggle_in_another if {
	rules.filled_in("{identity} {server} {nothing}", {"identity": "{server}"}) == "'{server}' 'EX01' {nothing}" with input as document
}
