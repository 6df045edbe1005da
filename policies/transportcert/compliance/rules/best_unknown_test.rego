package transportcert.compliance.rules_test

import data.transportcert.compliance

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
		sprintf("EX01: the certificate %s (IIS, SMTP) could be the best certificate, but it is not known whether its chain is trusted and valid now.", [b]),
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
