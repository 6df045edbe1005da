package transportcert.custom_test

import data.transportcert.inbound_anonymous

test_a_certificate_as_it_should_be if {
	decision := inbound_anonymous.decision with input as document
	decision.best == a
	not decision.customized
}

test_what_a_custom_rule_changes_says_so if {
	decision := inbound_anonymous.decision with input as changed({"key_bits": 2048})
	decision.customized == true
	decision.customized_by == ["contoso_weak_key"]
	decision.best == null
	decision.certificate == a # what Exchange serves stays what it is
}

test_reasons[name] if {
	some name, case in {
		"RSA 3072": {"change": {}, "reasons": []},
		"RSA 3071": {"change": {"key_bits": 3071}, "reasons": ["contoso_weak_key"]},
		"P-256": {"change": {"key_algorithm": "ECDSA", "key_bits": 256}, "reasons": []},
		"P-224": {"change": {"key_algorithm": "ECDSA", "key_bits": 224}, "reasons": ["contoso_weak_key"]},
		"another algorithm": {"change": {"key_algorithm": "DSA"}, "reasons": ["contoso_weak_key"]},
		"second CA": {"change": {"issuer": "CN=Contoso Issuing CA 2, DC=corp, DC=contoso, DC=test"}, "reasons": []},
		"another CA": {"change": {"issuer": "CN=Fabrikam CA"}, "reasons": ["contoso_other_ca"]},
		"self-signed": {"change": {"issuer": "CN=EX01", "self_signed": true}, "reasons": []},
		"not known": {"change": {"issuer": "CN=EX01", "self_signed": null}, "reasons": ["contoso_other_ca"]},
		"both": {"change": {"issuer": "CN=Fabrikam CA", "key_bits": 1024}, "reasons": ["contoso_other_ca", "contoso_weak_key"]},
	}
	decision := inbound_anonymous.decision with input as changed(case.change)
	object.get(decision.ineligible, a, []) == case.reasons
}

test_what_is_not_known_does_not_count[field] if {
	some field, reason in {
		"key_algorithm": "contoso_weak_key",
		"key_bits": "contoso_weak_key",
		"issuer": "contoso_other_ca",
	}
	decision := inbound_anonymous.decision with input as without([field])
	decision.ineligible[a] == [reason]
}
