package transportcert.compliance.rules_test

import data.transportcert.compliance

test_no_dns_name if {
	found := compliance.findings with input as with_other({"dns_names": [], "services": ["POP"]})
	[[f.rule_id, f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"TC036",
		"info",
		sprintf("EX01: the certificate %s (POP) has no DNS name.", [b]),
		"certificates[1].dns_names",
		b,
	]]
}

test_the_auth_certificate_needs_no_dns_name if {
	reported(with_certificates([self_signed, auth])) == []
}
