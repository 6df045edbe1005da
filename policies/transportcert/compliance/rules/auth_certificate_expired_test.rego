package transportcert.compliance.rules_test

test_auth_certificates[name] if {
	some name, case in {
		"valid": {"ends": ["2029-01-01T00:00:00Z"], "ids": []},
		"expires soon": {"ends": ["2026-12-22T06:59:59Z"], "ids": ["TC027"]},
		"expires before long": {"ends": ["2026-12-22T07:00:00Z"], "ids": ["TC023"]},
		"expires now": {"ends": ["2026-11-22T07:00:00Z"], "ids": ["TC027"]},
		"expired": {"ends": ["2026-11-22T06:59:59Z"], "ids": ["TC024", "TC026"]},
		"expired, and the next one is there": {"ends": ["2026-11-22T06:59:59Z", "2029-01-01T00:00:00Z"], "ids": ["TC024"]},
		"expires soon, and the next one is there": {"ends": ["2029-01-01T00:00:00Z", "2026-12-01T00:00:00Z"], "ids": []},
		"none": {"ends": [], "ids": []},
	}
	reported(with_certificates(array.concat(
		[self_signed],
		[object.union(auth, {"thumbprint": sprintf("%040d", [i]), "not_after": end}) | some i, end in case.ends],
	))) == case.ids
}

test_the_auth_certificate_in_full if {
	expired_auth := only("TC026", with_certificates([self_signed, object.union(auth, expired)]))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in expired_auth] == [[
		"error",
		sprintf("EX01: the Exchange Server Auth certificate %s expired on 2026-11-22T06:59:59Z.", [c]),
		"certificates[1].not_after",
		c,
	]]
	soon_expired := only("TC027", with_certificates([self_signed, object.union(auth, {"not_after": "2026-12-01T00:00:00Z"})]))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in soon_expired] == [[
		"warning",
		sprintf("EX01: the Exchange Server Auth certificate %s expires on 2026-12-01T00:00:00Z.", [c]),
		"certificates[1].not_after",
		c,
	]]
}
