package transportcert.compliance.rules_test

import data.transportcert.compliance

test_untrusted[name] if {
	some name, case in {
		"with a reason": {
			"trust": {"chain": "untrusted", "error": "the root is missing"},
			"message": sprintf("EX01: the certificate %s (IIS, SMTP) has no chain to a trusted root (the root is missing).", [b]),
		},
		"with an empty reason": {
			"trust": {"chain": "untrusted", "error": ""},
			"message": sprintf("EX01: the certificate %s (IIS, SMTP) has no chain to a trusted root.", [b]),
		},
		"without a reason": {
			"trust": {"chain": "untrusted"},
			"message": sprintf("EX01: the certificate %s (IIS, SMTP) has no chain to a trusted root.", [b]),
		},
	}
	found := compliance.findings with input as with_other({"trust": case.trust})
	[[f.rule_id, f.severity, f.message, f.path, f.thumbprint] | some f in found] == [["TC034", "warning", case.message, "certificates[1].trust.chain", b]]
}

test_a_self_signed_certificate_needs_no_trust if {
	reported(changed({"trust": {"chain": "untrusted"}})) == []
}
