package transportcert.compliance.rules_test

test_weak_signatures[algorithm] if {
	some algorithm, weak in {
		"SHA1-RSA": true,
		"ECDSA-SHA1": true,
		"DSA-SHA1": true,
		"SHA1-RSAPSS": true,
		"sha1RSA": true,
		"sha-1": true,
		"MD5-RSA": true,
		"MD4-RSA": true,
		"md2RSA": true,
		"1.2.840.113549.1.1.2": true,
		"1.3.14.3.2.29": true,
		"SHA256-RSA": false,
		"SHA384-RSAPSS": false,
		"SHA512-RSA": false,
		"sha512RSA": false,
		"ECDSA-SHA256": false,
		"Ed25519": false,
		"1.2.840.113549.1.1.11": false,
	}
	reported(changed({"signature_algorithm": algorithm})) == [id | some id in ["TC031"]; weak]
}

test_a_weak_signature_in_full if {
	found := only("TC031", with_other({"signature_algorithm": "SHA1-RSA"}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"warning",
		sprintf("EX01: the best certificate %s is signed with SHA1-RSA.", [b]),
		"certificates[1].signature_algorithm",
		b,
	]]
}
