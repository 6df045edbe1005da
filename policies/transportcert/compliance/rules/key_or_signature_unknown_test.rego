package transportcert.compliance.rules_test

import data.transportcert.compliance

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
		sprintf("EX01: signature_algorithm of the internal transport certificate %s is not known.", [a]),
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
