package transportcert.compliance.rules_test

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
				object.union_n([self_signed, expired, {"thumbprint": b, "not_before": "2023-01-01T00:00:00Z"}]),
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
		sprintf("# Answer Yes when asked: Are you sure you want to perform this action?\nRemove-ExchangeCertificate -Thumbprint %s -Server 'EX01'", [b]),
	]]
}
