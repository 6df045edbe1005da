package transportcert.compliance.rules_test

test_weak_keys[name] if {
	some name, case in {
		"RSA 2048": {"key": {"key_bits": 2048}, "ids": []},
		"RSA 2047": {"key": {"key_bits": 2047}, "ids": ["TC030"]},
		"RSA 1024 in other letters": {"key": {"key_algorithm": "rsa", "key_bits": 1024}, "ids": ["TC030"]},
		"DSA 1024": {"key": {"key_algorithm": "DSA", "key_bits": 1024}, "ids": ["TC030"]},
		"ECDSA 256": {"key": {"key_algorithm": "ECDSA", "key_bits": 256}, "ids": []},
		"Ed25519": {"key": {"key_algorithm": "Ed25519", "key_bits": 256}, "ids": []},
		"RSA 0, which is not known": {"key": {"key_bits": 0}, "ids": ["TC053"]},
	}
	reported(changed(case.key)) == case.ids
}

test_a_weak_key_in_full if {
	found := only("TC030", changed({"key_bits": 1024}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"error",
		sprintf("EX01: the internal transport certificate %s has a key of 1024 bits (RSA); the minimum is 2048.", [a]),
		"certificates[0].key_bits",
		a,
	]]
}
