package transportcert.compliance.rules_test

test_another_certificate_in_use_expires[name] if {
	some name, case in {
		"in use": {"other": {"services": ["IIS"], "not_after": "2026-12-22T06:59:59Z"}, "ids": ["TC022"]},
		"in use, later": {"other": {"services": ["IIS"], "not_after": "2026-12-22T07:00:00Z"}, "ids": ["TC023"]},
		"in use, expired": {"other": {"services": ["IIS"], "not_after": "2026-11-22T06:59:59Z"}, "ids": ["TC024"]},
		"best": {"other": {"not_after": "2026-12-22T06:59:59Z"}, "ids": ["TC004", "TC014", "TC022"]},
		"not in use": {"other": {"services": ["None"], "not_after": "2026-12-01T00:00:00Z"}, "ids": []},
		"services unknown, no names of the server": {
			"other": {"services": null, "subject_common_names": ["x"], "dns_names": ["x"], "not_after": "2026-12-01T00:00:00Z"},
			"ids": [],
		},
	}
	reported(with_other(case.other)) == case.ids
}

test_another_certificate_in_use_expires_in_full if {
	found := only("TC022", with_other({"services": ["IIS", "IMAP"], "not_after": "2026-12-01T00:00:00Z"}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"warning",
		sprintf("EX01: the certificate %s (IIS, IMAP) expires on 2026-12-01T00:00:00Z.", [b]),
		"certificates[1].not_after",
		b,
	]]
}
