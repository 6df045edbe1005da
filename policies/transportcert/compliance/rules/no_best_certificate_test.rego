package transportcert.compliance.rules_test

test_no_best_certificate[name] if {
	some name, case in {
		"one": {"certificates": [untrusted], "message": "EX01: the only eligible certificate is neither a valid PKI certificate nor self-signed."},
		"two": {
			"certificates": [untrusted, object.union(untrusted, {"thumbprint": b})],
			"message": "EX01: none of the 2 eligible certificates is a valid PKI certificate or self-signed.",
		},
	}
	found := only("TC013", with_certificates(case.certificates))
	[[f.severity, f.message, f.path] | some f in found] == [["warning", case.message, "certificates"]]
}

untrusted := object.union(self_signed, {"self_signed": false, "trust": {"chain": "untrusted"}})

test_no_best_where_nothing_is_eligible_is_said_once if {
	not "TC013" in reported(with_certificates([]))
}
