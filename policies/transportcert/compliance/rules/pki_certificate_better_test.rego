package transportcert.compliance.rules_test

test_a_pki_certificate_would_be_better if {
	found := only("TC014", object.union(with_other({}), {"procedure": "2010"}))
	[[f.severity, f.message, f.path, f.thumbprint, f.remediation] | some f in found] == [[
		"warning",
		sprintf("EX01: the best certificate %s is a valid PKI certificate, but the server uses %s.", [b, a]),
		"directory.internal_transport_certificate",
		a,
		concat("\n", [
			"# Answer Yes when asked: Overwrite the existing default SMTP certificate?",
			sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [b]),
		]),
	]]
}

test_exchange_2013_and_later_keep_the_self_signed_certificate[name] if {
	some name, case in {
		"2007": {"facts": {"exchange_version": "8.3.83.6"}, "ids": ["TC014"]},
		"2010": {"facts": {"exchange_version": "14.3.513.0"}, "ids": ["TC014"]},
		"2013": {"facts": {"exchange_version": "15.0.1497.2"}, "ids": []},
		"2019 by the procedure of 2010": {"facts": {"exchange_version": "15.2.1748.10", "procedure": "2010"}, "ids": ["TC014"]},
	}
	[id | some id in reported(object.union(with_other({}), case.facts)); id == "TC014"] == case.ids
}

test_without_a_version_there_is_no_command if {
	found := only("TC014", with_other({}))
	count(found) == 1
	every line in split(found[0].remediation, "\n") { startswith(line, "#") }
}

test_a_pki_certificate_would_be_better_without_an_event_too if {
	reported(object.union(with_other({}), without_exchange_server)) == ["TC014"]
}
