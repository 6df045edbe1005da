package transportcert.compliance.rules_test

import data.transportcert.compliance

test_revoked if {
	found := compliance.findings with input as with_other({"trust": {"revoked": true}})
	[[f.rule_id, f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"TC033",
		"error",
		sprintf("EX01: the certificate %s (IIS, SMTP) is revoked.", [b]),
		"certificates[1].trust.revoked",
		b,
	]]
}
