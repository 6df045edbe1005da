package transportcert.compliance.rules_test

test_the_revocation_of_the_best_is_not_known[name] if {
	some name, case in {
		"null": {"trust": object.union(pki.trust, {"revoked": null}), "ids": ["TC052"]},
		"absent": {"trust": object.remove(pki.trust, ["revoked"]), "ids": ["TC052"]},
		"not revoked": {"trust": pki.trust, "ids": []},
	}
	certificate := object.union(object.remove(pki, ["trust"]), {"trust": case.trust})
	reported(object.union(
		with_certificates([certificate]),
		{"directory": {"internal_transport_certificate": b}},
	)) == case.ids
}

test_the_revocation_of_the_best_in_full if {
	found := only("TC052", with_other({"trust": {"revoked": null}}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"info",
		sprintf("EX01: it is not known whether the best certificate %s is revoked; it counts as not revoked.", [b]),
		"certificates[1].trust.revoked",
		b,
	]]
}
