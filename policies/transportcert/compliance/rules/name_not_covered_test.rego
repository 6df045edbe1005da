package transportcert.compliance.rules_test

test_names_that_no_eligible_certificate_covers[name] if {
	some name, case in {
		"none": {"change": {}, "covered": {}, "found": []},
		"host name": {
			"change": {},
			"covered": {"subject_common_names": [], "dns_names": ["EX01.corp.contoso.test."]},
			"found": [["EX01: no eligible certificate has the name ex01.", "host.dns_host_name"]],
		},
		"common name counts": {"change": {}, "covered": {"dns_names": ["ex01.corp.contoso.test"]}, "found": []},
		"a wildcard does not count": {
			"change": {},
			"covered": {"dns_names": ["*.corp.contoso.test"]},
			"found": [["EX01: no eligible certificate has the name ex01.corp.contoso.test.", "host.dns_fqdn"]],
		},
		"physical name": {
			"change": {"host": {"physical_dns_fqdn": "node1.corp.contoso.test"}},
			"covered": {},
			"found": [["EX01: no eligible certificate has the name node1.corp.contoso.test.", "host.physical_dns_fqdn"]],
		},
		"physical host name": {
			"change": {"host": {"physical_dns_host_name": "NODE1"}},
			"covered": {},
			"found": [["EX01: no eligible certificate has the name node1.", "host.physical_dns_host_name"]],
		},
		"cluster name": {
			"change": {"host": {"nlb_cluster_names": ["EX01", "mail.contoso.test"]}},
			"covered": {},
			"found": [["EX01: no eligible certificate has the name mail.contoso.test.", "host.nlb_cluster_names[1]"]],
		},
		"nothing is eligible": {"change": {"certificates": []}, "covered": {}, "found": []},
	}
	found := only("TC015", object.union(changed(case.covered), case.change))
	[[f.message, f.path] | some f in found] == case.found
	every f in found { f.severity == "warning" }
}

# The document's certificate, issued by a CA, for some names.
issued_for(names) := with_certificates([object.union(pki, {"thumbprint": a, "subject_common_names": [], "dns_names": names})])

test_a_ca_need_not_name_the_host[name] if {
	some name, case in {
		"FQDN covered": {"document": issued_for(["mail.contoso.test", "EX01.corp.contoso.test."]), "messages": []},
		"FQDN not covered": {
			"document": issued_for(["mail.contoso.test", "EX01"]),
			"messages": ["EX01: no eligible certificate has the name ex01.corp.contoso.test."],
		},
		"another FQDN of this host name": {
			"document": issued_for(["ex01.fabrikam.test", "ex01.corp.contoso.test"]),
			"messages": [],
		},
		"FQDN of another host": {
			"document": object.union(issued_for(["ex01.corp.contoso.test"]), {"host": {"physical_dns_host_name": "NODE1"}}),
			"messages": ["EX01: no eligible certificate has the name node1."],
		},
		"host name as the beginning of another": {
			"document": object.union(issued_for(["ex01.corp.contoso.test"]), {"host": {"physical_dns_host_name": "EX0"}}),
			"messages": ["EX01: no eligible certificate has the name ex0."],
		},
		"not known to be of a CA": {
			"document": with_certificates([object.union(pki, {
				"self_signed": null,
				"subject_common_names": [],
				"dns_names": ["ex01.corp.contoso.test"],
			})]),
			"messages": ["EX01: no eligible certificate has the name ex01."],
		},
	}
	[f.message | some f in only("TC015", case.document)] == case.messages
}

test_two_certificates_cover_together if {
	reported(with_certificates([
		object.union(self_signed, {"dns_names": []}),
		object.union(self_signed, {"thumbprint": b, "subject_common_names": [], "dns_names": ["ex01.corp.contoso.test"]}),
	])) == ["TC036"]
}
