package transportcert.compliance.rules_test

test_a_pki_certificate_would_be_better if {
	found := only("TC014", with_other({}))
	[[f.severity, f.message, f.path, f.thumbprint, f.remediation] | some f in found] == [[
		"warning",
		sprintf("EX01: the best certificate %s is a valid PKI certificate, and the server serves %s.", [b, a]),
		"directory.internal_transport_certificate",
		a,
		sprintf("Enable-ExchangeCertificate -Thumbprint '%s' -Services SMTP -Server 'EX01'", [b]),
	]]
}

test_a_pki_certificate_would_be_better_without_an_event_too if {
	reported(object.union(with_other({}), without_exchange_server)) == ["TC014"]
}
