package transportcert.compliance.rules_test

rejected(thumbprint) := [{"thumbprint": thumbprint, "reason": "contoso_old"}, {"thumbprint": thumbprint, "reason": "contoso_weak"}]

test_a_certificate_in_use_that_own_criteria_reject[name] if {
	some name, case in {
		"internal transport certificate": {"document": document, "rejected": a, "messages": [sprintf(
			"EX01: the internal transport certificate %s is in use, but your own criteria reject it: contoso_old, contoso_weak.",
			[a],
		)]},
		"of STARTTLS": {"document": offering({}, [self_signed, pki]), "rejected": b, "messages": [sprintf(
			"EX01: the certificate %s (IIS, SMTP) is in use, but your own criteria reject it: contoso_old, contoso_weak.",
			[b],
		)]},
		"of nothing": {"document": offering({}, [self_signed, object.union(pki, {"services": []})]), "rejected": b, "messages": []},
		"not in the store": {"document": document, "rejected": c, "messages": []},
	}
	found := only("TC039", case.document) with data.transportcert.custom.ineligible as rejected(case.rejected)
	[f.message | some f in found] == case.messages
	every f in found {
		f.severity == "warning"
		f.thumbprint == case.rejected
		startswith(f.path, "certificates[")
	}
}
