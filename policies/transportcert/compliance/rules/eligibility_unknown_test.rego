package transportcert.compliance.rules_test

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
		sprintf("EX01: the certificate %s is ineligible only because it is not known which services it is enabled for.", [b]),
		b,
	]]
}

test_an_own_reason_makes_a_certificate_ineligible_whatever_is_unknown if {
	reported(with_other({"services": null})) == [] with data.transportcert.custom.ineligible as {{"thumbprint": b, "reason": "weak"}}
}
