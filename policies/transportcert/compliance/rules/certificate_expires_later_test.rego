package transportcert.compliance.rules_test

test_a_certificate_in_use_expires_before_long if {
	found := only("TC023", changed({"not_after": "2027-01-01T00:00:00Z"}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"info",
		sprintf("EX01: the internal transport certificate %s expires on 2027-01-01T00:00:00Z.", [a]),
		"certificates[0].not_after",
		a,
	]]
}
