package transportcert.compliance_test

import data.transportcert.compliance

# Now is 2026-11-22T07:00:00Z, so that 30 days end on 2026-12-22 and 60 days on 2027-01-21.

test_days_from_now[name] if {
	some name, case in {
		"none": {"now": "2026-11-22T07:00:00Z", "days": 0, "then": "2026-11-22T07:00:00Z"},
		"30": {"now": "2026-11-22T07:00:00Z", "days": 30, "then": "2026-12-22T07:00:00Z"},
		"60": {"now": "2026-11-22T07:00:00Z", "days": 60, "then": "2027-01-21T07:00:00Z"},
		"leap day": {"now": "2028-02-28T23:59:59Z", "days": 1, "then": "2028-02-29T23:59:59Z"},
		"a hundred years": {"now": "2026-11-22T07:00:00Z", "days": 36500, "then": "2126-10-29T07:00:00Z"},
	}
	compliance.days_from_now(case.days) == case.then with input as object.union(document, {"now": case.now})
}

test_now_without_a_date_that_follows[name] if {
	some name, time in {"beyond the nanoseconds": "2262-04-01T00:00:00Z", "no calendar date": "2026-02-31T00:00:00Z"}
	found := only("TC095", object.union(document, {"now": time}))
	[[f.severity, f.message, f.path] | some f in found] == [[
		"error",
		sprintf("EX01: the dates that follow on %s cannot be told.", [time]),
		"now",
	]]
}

# The last moment that fits into nanoseconds is on 2262-04-11.
test_only_one_of_the_dates_that_follow_is_beyond[name] if {
	some name, config in {
		"notice": {"expires_within_days": 30, "expires_notice_days": 60},
		"expiry": {"expires_within_days": 60, "expires_notice_days": 30},
	}
	count(only("TC095", object.union(document, {"now": "2262-02-20T00:00:00Z"}))) == 1 with data.transportcert.custom.config as config
}

test_the_dates_that_follow_just_fit if {
	count(only("TC095", object.union(document, {"now": "2262-02-10T00:00:00Z"}))) == 0
}

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
		sprintf("EX01: the internal transport certificate %s expires on 2026-12-01T00:00:00Z, and no other eligible certificate is valid beyond.", [a]),
		"certificates[0].not_after",
		a,
	]]
	startswith(found[0].remediation, sprintf("$renewed = Get-ExchangeCertificate -Thumbprint %s", [a]))
}

test_another_certificate_replaces_the_internal_transport_certificate[name] if {
	some name, other in {
		"PKI": {"not_after": "2026-12-22T07:00:00Z"},
		"no best certificate": {"trust": {"chain": "untrusted"}},
		"begins in time": {"not_before": "2026-12-01T00:00:00Z"},
	}
	found := only("TC021", with_certificates([soon, object.union(pki, other)]))
	[[f.severity, f.message, f.path, f.thumbprint, f.remediation] | some f in found] == [[
		"warning",
		sprintf("EX01: the internal transport certificate %s expires on 2026-12-01T00:00:00Z; %s can replace it.", [a, b]),
		"certificates[0].not_after",
		a,
		sprintf("Enable-ExchangeCertificate -Thumbprint '%s' -Services SMTP -Server 'EX01'", [b]),
	]]
	count(only("TC020", with_certificates([soon, object.union(pki, other)]))) == 0
}

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

test_a_certificate_in_use_expires_before_long if {
	found := only("TC023", changed({"not_after": "2027-01-01T00:00:00Z"}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"info",
		sprintf("EX01: the internal transport certificate %s expires on 2027-01-01T00:00:00Z.", [a]),
		"certificates[0].not_after",
		a,
	]]
}

test_expired_certificates_left_in_the_store[name] if {
	some name, case in {
		"for SMTP": {"document": with_other(object.union(expired, {"trust": {"chain": "untrusted"}})), "ids": ["TC024", "TC034"]},
		"for SMTP, no name of the server": {
			"document": with_other(object.union(expired, {"subject_common_names": ["x"], "dns_names": ["x"]})),
			"ids": ["TC024"],
		},
		"for another service": {"document": with_other(object.union(expired, {"services": ["IIS"]})), "ids": ["TC024"]},
		"for nothing": {"document": with_other(object.union(expired, {"services": ["None"]})), "ids": []},
		"internal, with the event": {"document": changed(expired), "ids": ["TC003"]},
		"internal, without the event": {"document": object.union(changed(expired), without_exchange_server), "ids": ["TC024"]},
		"internal, not for SMTP, without the event": {
			"document": object.union(changed(object.union(expired, {"services": ["IIS"]})), without_exchange_server),
			"ids": ["TC012", "TC024"],
		},
		"another one beside the event": {
			"document": with_certificates([
				object.union(self_signed, expired),
				object.union(self_signed, object.union(expired, {"thumbprint": b, "not_before": "2023-01-01T00:00:00Z"})),
			]),
			"ids": ["TC003", "TC024"],
		},
	}
	reported(case.document) == case.ids
}

test_an_expired_certificate_left_in_the_store_in_full if {
	found := only("TC024", with_other(object.union(expired, {"services": ["SMTP"], "dns_names": ["x"], "subject_common_names": ["x"]})))
	[[f.severity, f.message, f.path, f.thumbprint, f.remediation] | some f in found] == [[
		"warning",
		sprintf("EX01: the certificate %s (SMTP) expired on 2026-11-22T06:59:59Z.", [b]),
		"certificates[1].not_after",
		b,
		sprintf("# As soon as another certificate has taken its place:\nRemove-ExchangeCertificate -Thumbprint '%s' -Server 'EX01'", [b]),
	]]
}

test_not_valid_yet[name] if {
	some name, case in {
		"internal": {"document": changed({"not_before": "2026-11-22T07:00:01Z"}), "thumbprints": [a]},
		"internal, from now on": {"document": changed({"not_before": "2026-11-22T07:00:00Z"}), "thumbprints": []},
		"best": {
			"document": with_certificates([self_signed, object.union(self_signed, {"thumbprint": b, "not_before": "2027-01-01T00:00:00Z"})]),
			"thumbprints": [b],
		},
		"neither": {"document": with_other({"not_before": "2027-01-01T00:00:00Z", "services": ["IIS"]}), "thumbprints": []},
		"best, nothing loaded": {
			"document": object.union(changed({"not_before": "2027-01-01T00:00:00Z"}), not_set),
			"thumbprints": [a],
		},
	}
	[f.thumbprint | some f in only("TC025", case.document)] == case.thumbprints
}

test_not_valid_yet_in_full if {
	found := only("TC025", changed({"not_before": "2027-01-01T00:00:00Z"}))
	[[f.severity, f.message, f.path] | some f in found] == [[
		"warning",
		sprintf("EX01: the internal transport certificate %s is valid from 2027-01-01T00:00:00Z on only.", [a]),
		"certificates[0].not_before",
	]]
}

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
