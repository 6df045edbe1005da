package transportcert.compliance_test

import data.transportcert.compliance

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
		sprintf("EX01: the internal transport certificate %s has a key of 1024 bits (RSA), and 2048 are the least.", [a]),
		"certificates[0].key_bits",
		a,
	]]
}

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

test_certificates_in_use_are_looked_at[name] if {
	some name, case in {
		"enabled for a service": {"other": {"services": ["IIS"]}, "ids": ["TC030", "TC031", "TC033", "TC036"]},
		"enabled for nothing": {"other": {"services": ["None"]}, "ids": []},
		"not enabled": {"other": {"services": []}, "ids": []},
	}
	weak := {"key_bits": 1024, "signature_algorithm": "MD5-RSA", "trust": {"revoked": true}, "dns_names": []}
	reported(with_other(object.union(weak, case.other))) == case.ids
}

test_no_private_key[name] if {
	some name, case in {
		"internal": {"document": changed({"has_private_key": false, "services": ["IIS"]}), "thumbprints": [a]},
		"for SMTP": {"document": with_other({"has_private_key": false}), "thumbprints": [b]},
		"not for SMTP": {"document": with_other({"has_private_key": false, "services": ["IIS"]}), "thumbprints": []},
		"not known": {"document": with_other({"has_private_key": null}), "thumbprints": []},
	}
	[f.thumbprint | some f in only("TC032", case.document)] == case.thumbprints
}

test_revoked if {
	found := compliance.findings with input as with_other({"trust": {"revoked": true}})
	[[f.rule_id, f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"TC033",
		"error",
		sprintf("EX01: the certificate %s (IIS, SMTP) is revoked.", [b]),
		"certificates[1].trust.revoked",
		b,
	]]
}

test_untrusted[name] if {
	some name, case in {
		"with a reason": {
			"trust": {"chain": "untrusted", "error": "the root is missing"},
			"message": sprintf("EX01: the certificate %s (IIS, SMTP) has no chain to a trusted root (the root is missing).", [b]),
		},
		"with an empty reason": {
			"trust": {"chain": "untrusted", "error": ""},
			"message": sprintf("EX01: the certificate %s (IIS, SMTP) has no chain to a trusted root.", [b]),
		},
		"without a reason": {
			"trust": {"chain": "untrusted"},
			"message": sprintf("EX01: the certificate %s (IIS, SMTP) has no chain to a trusted root.", [b]),
		},
	}
	found := compliance.findings with input as with_other({"trust": case.trust})
	[[f.rule_id, f.severity, f.message, f.path, f.thumbprint] | some f in found] == [["TC034", "warning", case.message, "certificates[1].trust.chain", b]]
}

test_a_self_signed_certificate_needs_no_trust if {
	reported(changed({"trust": {"chain": "untrusted"}})) == []
}

test_the_chain_is_not_valid_now[name] if {
	some name, case in {
		"over": {"other": {"trust": {"valid_until": "2026-11-22T06:59:59Z"}}, "ids": ["TC035"]},
		"to come": {"other": {"trust": {"valid_from": "2026-11-22T07:00:01Z"}}, "ids": ["TC035"]},
		"over, begin unknown": {"other": {"trust": {"valid_from": null, "valid_until": "2026-11-22T06:59:59Z"}}, "ids": ["TC035"]},
		"over now": {"other": {"trust": {"valid_until": "2026-11-22T07:00:00Z"}}, "ids": ["TC004", "TC014"]},
		"over, and untrusted anyway": {
			"other": {"trust": {"chain": "untrusted", "valid_until": "2026-11-22T06:59:59Z"}},
			"ids": ["TC034"],
		},
		"over with the certificate": {
			"other": {"not_after": "2026-11-01T00:00:00Z", "trust": {"valid_until": "2026-11-01T00:00:00Z"}},
			"ids": ["TC024"],
		},
		"self-signed": {
			"other": {"self_signed": true, "trust": {"valid_until": "2026-11-22T06:59:59Z"}},
			"ids": [],
		},
	}
	reported(with_other(case.other)) == case.ids
}

test_the_chain_is_not_valid_now_in_full if {
	found := only("TC035", with_other({"trust": {"valid_until": "2026-11-22T06:59:59Z"}}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"warning",
		sprintf("EX01: the certificate %s (IIS, SMTP) has a certificate in its chain that is not valid now.", [b]),
		"certificates[1].trust",
		b,
	]]
}

test_no_dns_name if {
	found := compliance.findings with input as with_other({"dns_names": [], "services": ["POP"]})
	[[f.rule_id, f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"TC036",
		"info",
		sprintf("EX01: the certificate %s (POP) has no DNS name.", [b]),
		"certificates[1].dns_names",
		b,
	]]
}

test_the_auth_certificate_needs_no_dns_name if {
	reported(with_certificates([self_signed, auth])) == []
}
