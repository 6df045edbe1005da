package transportcert.compliance.rules_test

test_certificates_in_use_are_looked_at[name] if {
	some name, case in {
		"enabled for a service": {"other": {"services": ["IIS"]}, "ids": ["TC030", "TC031", "TC033", "TC036"]},
		"enabled for nothing": {"other": {"services": ["None"]}, "ids": []},
		"not enabled": {"other": {"services": []}, "ids": []},
	}
	weak := {"key_bits": 1024, "signature_algorithm": "MD5-RSA", "trust": {"revoked": true}, "dns_names": []}
	reported(with_other(object.union(weak, case.other))) == case.ids
}
