package transportcert.compliance.rules_test

test_names_that_no_eligible_certificate_covers[name] if {
	some name, case in {
		"none": {"change": {}, "covered": {}, "found": []},
		"host name": {
			"change": {},
			"covered": {"subject_common_names": [], "dns_names": ["EX01.corp.contoso.test."]},
			"found": [["EX01: no eligible certificate is for ex01.", "host.dns_host_name"]],
		},
		"common name counts": {"change": {}, "covered": {"dns_names": ["ex01.corp.contoso.test"]}, "found": []},
		"a wildcard does not count": {
			"change": {},
			"covered": {"dns_names": ["*.corp.contoso.test"]},
			"found": [["EX01: no eligible certificate is for ex01.corp.contoso.test.", "host.dns_fqdn"]],
		},
		"physical name": {
			"change": {"host": {"physical_dns_fqdn": "node1.corp.contoso.test"}},
			"covered": {},
			"found": [["EX01: no eligible certificate is for node1.corp.contoso.test.", "host.physical_dns_fqdn"]],
		},
		"physical host name": {
			"change": {"host": {"physical_dns_host_name": "NODE1"}},
			"covered": {},
			"found": [["EX01: no eligible certificate is for node1.", "host.physical_dns_host_name"]],
		},
		"cluster name": {
			"change": {"host": {"nlb_cluster_names": ["EX01", "mail.contoso.test"]}},
			"covered": {},
			"found": [["EX01: no eligible certificate is for mail.contoso.test.", "host.nlb_cluster_names[1]"]],
		},
		"nothing is eligible": {"change": {"certificates": []}, "covered": {}, "found": []},
	}
	found := only("TC015", object.union(changed(case.covered), case.change))
	[[f.message, f.path] | some f in found] == case.found
	every f in found { f.severity == "warning" }
}

test_two_certificates_cover_together if {
	reported(with_certificates([
		object.union(self_signed, {"dns_names": []}),
		object.union(self_signed, {"thumbprint": b, "subject_common_names": [], "dns_names": ["ex01.corp.contoso.test"]}),
	])) == ["TC036"]
}
