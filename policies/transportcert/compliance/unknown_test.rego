package transportcert.compliance_test

import data.transportcert.compliance

test_eligibility_rests_on_an_unknown_fact[name] if {
	some name, case in {
		"private key": {"other": {"has_private_key": null}, "paths": ["certificates[1].has_private_key"]},
		"services": {"other": {"services": null}, "paths": ["certificates[1].services"]},
		"both": {
			"other": {"has_private_key": null, "services": null},
			"paths": ["certificates[1].has_private_key", "certificates[1].services"],
		},
		"private key, and the name does not match": {
			"other": {"has_private_key": null, "subject_common_names": ["x"], "dns_names": ["x"]},
			"paths": [],
		},
		"services, and there is no private key": {"other": {"has_private_key": false, "services": null}, "paths": []},
		"nothing": {"other": {}, "paths": []},
	}
	[f.path | some f in only("TC050", with_other(case.other))] == case.paths
}

test_eligibility_rests_on_an_unknown_fact_in_full if {
	found := compliance.findings with input as with_other({"services": null})
	[[f.rule_id, f.severity, f.message, f.thumbprint] | some f in found] == [[
		"TC050",
		"warning",
		sprintf("EX01: the certificate %s would be eligible as far as is known; unknown is which services it is enabled for.", [b]),
		b,
	]]
}

test_an_own_reason_makes_a_certificate_ineligible_whatever_is_unknown if {
	reported(with_other({"services": null})) == [] with data.transportcert.custom.ineligible as {{"thumbprint": b, "reason": "weak"}}
}

unknown_trust := {"trust": {"chain": "unknown", "valid_from": null, "valid_until": null, "revoked": null}}

test_the_best_rests_on_an_unknown_fact[name] if {
	some name, case in {
		"chain unknown": {"other": unknown_trust, "paths": ["certificates[1].trust"]},
		"chain unknown in a valid window": {"other": {"trust": {"chain": "unknown"}}, "paths": ["certificates[1].trust"]},
		"window unknown": {"other": {"trust": {"valid_from": null, "valid_until": null}}, "paths": ["certificates[1].trust"]},
		"end of the window unknown": {"other": {"trust": {"valid_until": null}}, "paths": ["certificates[1].trust"]},
		"begin of the window unknown, end over": {
			"other": {"trust": {"valid_from": null, "valid_until": "2026-11-22T06:59:59Z"}},
			"paths": [],
		},
		"end of the window unknown, begin to come": {
			"other": {"trust": {"valid_from": "2026-11-22T07:00:01Z", "valid_until": null}},
			"paths": [],
		},
		"begin of the window unknown, ends now": {
			"other": {"trust": {"valid_from": null, "valid_until": "2026-11-22T07:00:00Z"}},
			"paths": ["certificates[1].trust"],
		},
		"end of the window unknown, begins now": {
			"other": {"trust": {"valid_from": "2026-11-22T07:00:00Z", "valid_until": null}},
			"paths": ["certificates[1].trust"],
		},
		"valid from now on": {
			"other": object.union(unknown_trust, {"not_before": "2026-11-22T07:00:00Z"}),
			"paths": ["certificates[1].trust"],
		},
		"valid until now": {
			"other": object.union(unknown_trust, {"not_after": "2026-11-22T07:00:00Z"}),
			"paths": ["certificates[1].trust"],
		},
		"revoked": {"other": {"trust": {"chain": "unknown", "revoked": true}}, "paths": []},
		"expired": {"other": object.union(unknown_trust, expired), "paths": []},
		"not valid yet": {"other": object.union(unknown_trust, {"not_before": "2027-01-01T00:00:00Z"}), "paths": []},
		"not eligible": {"other": object.union(unknown_trust, {"services": ["IIS"]}), "paths": []},
		"untrusted": {"other": {"trust": {"chain": "untrusted"}}, "paths": []},
		"valid": {"other": {}, "paths": []},
		"self-signed": {"other": object.union(unknown_trust, {"self_signed": true}), "paths": []},
		"kind unknown, trusted": {"other": {"self_signed": null}, "paths": ["certificates[1].self_signed"]},
		"kind unknown, untrusted, before the best": {
			"other": {"self_signed": null, "trust": {"chain": "untrusted"}, "not_before": "2025-01-01T00:00:00Z"},
			"paths": ["certificates[1].self_signed"],
		},
		"kind unknown, untrusted, after the best": {"other": {"self_signed": null, "trust": {"chain": "untrusted"}}, "paths": []},
	}
	[f.path | some f in only("TC051", with_other(case.other))] == case.paths
}

test_the_best_rests_on_an_unknown_fact_in_full if {
	found := compliance.findings with input as with_other(unknown_trust)
	[[f.rule_id, f.severity, f.message, f.thumbprint] | some f in found] == [[
		"TC051",
		"warning",
		sprintf("EX01: the certificate %s (IIS, SMTP) could be best; unknown is whether its chain is trusted and valid now.", [b]),
		b,
	]]
}

test_beside_a_best_of_a_ca[name] if {
	some name, case in {
		"before it": {"other": object.union(unknown_trust, {"self_signed": false}), "thumbprints": [a]},
		"after it": {
			"other": object.union(unknown_trust, {"self_signed": false, "not_before": "2022-01-01T00:00:00Z"}),
			"thumbprints": [],
		},
		"before it, at most self-signed": {"other": {"self_signed": null, "trust": {"chain": "untrusted"}}, "thumbprints": []},
	}
	[f.thumbprint | some f in only("TC051", with_certificates([object.union(self_signed, case.other), pki]))] == case.thumbprints
}

test_where_there_is_no_best if {
	found := only("TC051", changed({"self_signed": null, "trust": {"chain": "untrusted"}}))
	[f.path | some f in found] == ["certificates[0].self_signed"]
}

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
		sprintf("EX01: the best certificate %s counts as not revoked, which is not known.", [b]),
		"certificates[1].trust.revoked",
		b,
	]]
}

test_key_or_signature_not_known[name] if {
	some name, case in {
		"key algorithm": {"missing": ["key_algorithm"], "paths": ["certificates[0].key_algorithm"]},
		"key bits": {"missing": ["key_bits"], "paths": ["certificates[0].key_bits"]},
		"signature": {"missing": ["signature_algorithm"], "paths": ["certificates[0].signature_algorithm"]},
		"all": {
			"missing": ["key_algorithm", "key_bits", "signature_algorithm"],
			"paths": ["certificates[0].key_algorithm", "certificates[0].signature_algorithm"],
		},
	}
	certificate := object.remove(self_signed, case.missing)
	[f.path | some f in only("TC053", with_certificates([certificate]))] == case.paths
}

test_an_empty_signature_is_not_known if {
	found := compliance.findings with input as changed({"signature_algorithm": ""})
	[[f.rule_id, f.severity, f.message, f.thumbprint] | some f in found] == [[
		"TC053",
		"info",
		sprintf("EX01: the internal transport certificate %s has an unknown signature_algorithm.", [a]),
		a,
	]]
}

test_bits_of_a_curve_need_not_be_known if {
	reported(with_certificates([object.remove(object.union(self_signed, {"key_algorithm": "Ed25519"}), ["key_bits"])])) == []
}

test_only_the_loaded_and_the_best_are_asked if {
	other := object.remove(object.union(pki, {"services": ["IIS"]}), ["key_algorithm"])
	reported(with_certificates([self_signed, other])) == []
}
