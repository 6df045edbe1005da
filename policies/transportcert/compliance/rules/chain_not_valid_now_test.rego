package transportcert.compliance.rules_test

test_the_chain_is_not_valid_now[name] if {
	some name, case in {
		"over": {"other": {"trust": {"valid_until": "2026-11-22T06:59:59Z"}}, "ids": ["TC035"]},
		"to come": {"other": {"trust": {"valid_from": "2026-11-22T07:00:01Z"}}, "ids": ["TC035", "TC056"]},
		"over, begin unknown": {"other": {"trust": {"valid_from": null, "valid_until": "2026-11-22T06:59:59Z"}}, "ids": ["TC035"]},
		"over now": {"other": {"trust": {"valid_until": "2026-11-22T07:00:00Z"}}, "ids": ["TC004", "TC014"]},
		"over, and untrusted anyway": {
			"other": {"trust": {"chain": "untrusted", "valid_until": "2026-11-22T06:59:59Z"}},
			"ids": ["TC034"],
		},
		"over with the certificate": {
			"other": {"not_after": "2026-11-01T00:00:00Z", "trust": {"valid_until": "2026-11-01T00:00:00Z"}},
			"ids": ["TC024"],
		},
		"self-signed": {
			"other": {"self_signed": true, "trust": {"valid_until": "2026-11-22T06:59:59Z"}},
			"ids": [],
		},
	}
	reported(with_other(case.other)) == case.ids
}

test_the_chain_is_not_valid_now_in_full if {
	found := only("TC035", with_other({"trust": {"valid_until": "2026-11-22T06:59:59Z"}}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"warning",
		sprintf("EX01: the certificate %s (IIS, SMTP) has a certificate in its chain that is not valid now.", [b]),
		"certificates[1].trust",
		b,
	]]
}
