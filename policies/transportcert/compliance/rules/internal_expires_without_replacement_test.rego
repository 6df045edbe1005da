package transportcert.compliance.rules_test

test_the_internal_transport_certificate_expires[name] if {
	some name, case in {
		"expired": {"not_after": "2026-11-22T06:59:59Z", "ids": ["TC003"]},
		"now": {"not_after": "2026-11-22T07:00:00Z", "ids": ["TC020"]},
		"within 30 days": {"not_after": "2026-12-22T06:59:59Z", "ids": ["TC020"]},
		"in 30 days": {"not_after": "2026-12-22T07:00:00Z", "ids": ["TC023"]},
		"within 60 days": {"not_after": "2027-01-21T06:59:59Z", "ids": ["TC023"]},
		"in 60 days": {"not_after": "2027-01-21T07:00:00Z", "ids": []},
		"in the year 9999": {"not_after": "9999-12-31T23:59:59Z", "ids": []},
	}
	reported(changed({"not_after": case.not_after})) == case.ids
}

test_own_thresholds_of_days if {
	reported(changed({"not_after": "2026-12-01T00:00:00Z"})) == ["TC023"] with data.transportcert.custom.config as {"expires_within_days": 7}
	reported(changed({"not_after": "2027-06-01T00:00:00Z"})) == ["TC023"] with data.transportcert.custom.config as {"expires_notice_days": 365}
	reported(changed({"not_after": "2027-06-01T00:00:00Z"})) == ["TC020"] with data.transportcert.custom.config as {"expires_within_days": 365}
}

soon := object.union(self_signed, {"not_after": "2026-12-01T00:00:00Z"})

test_nothing_replaces_the_internal_transport_certificate[name] if {
	some name, other in {
		"expires too": {"not_after": "2026-12-22T06:59:59Z"},
		"not eligible": {"services": ["IIS"]},
		"begins too late": {"not_before": "2026-12-01T00:00:01Z"},
	}
	found := only("TC020", with_certificates([soon, object.union(pki, other)]))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"error",
		sprintf("EX01: the internal transport certificate %s expires on 2026-12-01T00:00:00Z, and no other eligible certificate is valid for longer.", [a]),
		"certificates[0].not_after",
		a,
	]]
	contains(found[0].remediation, sprintf("Get-ExchangeCertificate -Thumbprint %s -Server 'EX01' | New-ExchangeCertificate -Server 'EX01' -PrivateKeyExportable $true", [a]))
}
