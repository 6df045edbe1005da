package transportcert.inbound_anonymous_test

import data.transportcert.inbound_anonymous

test_domains_are_lower_case_sorted_and_without_duplicates if {
	inbound_anonymous.domains == [
		"ex01",
		"ex01.corp.contoso.test",
		"node1",
		"node1.corp.contoso.test",
	] with input as object.union(document, {"host": {"physical_dns_host_name": "Node1."}})
}

test_cluster_names_stand_in_place_of_the_dns_fqdn if {
	inbound_anonymous.domains == ["ex01", "mail.contoso.test", "node1", "node1.corp.contoso.test", "smtp.contoso.test"] with input as object.union(
		document,
		{"host": {"nlb_cluster_names": ["mail.contoso.test", "SMTP.contoso.test."]}},
	)
}

test_without_cluster_names_the_dns_fqdn_stays if {
	"ex01.corp.contoso.test" in inbound_anonymous.domains with input as object.union(
		document,
		{"host": {"nlb_cluster_names": []}},
	)
}

test_a_name_that_is_only_a_dot_is_no_domain if {
	inbound_anonymous.domains == ["ex01", "node1", "node1.corp.contoso.test"] with input as object.union(
		document,
		{"host": {"dns_fqdn": "."}},
	)
}

test_reasons[name] if {
	some name, case in {
		"none": {"change": {}, "reasons": set()},
		"version": {"change": {"version": 2}, "reasons": {"version_below_3"}},
		"version later than 3": {"change": {"version": 4}, "reasons": set()},
		"no private key": {"change": {"has_private_key": false}, "reasons": {"no_private_key"}},
		"private key unknown": {"change": {"has_private_key": null}, "reasons": {"private_key_unknown"}},
		"no services": {"change": {"services": []}, "reasons": {"smtp_not_enabled"}},
		"other services": {"change": {"services": ["IIS"]}, "reasons": {"smtp_not_enabled"}},
		"services unknown": {"change": {"services": null}, "reasons": {"services_unknown"}},
		"no names": {"change": {"subject_common_names": [], "dns_names": []}, "reasons": {"name_mismatch"}},
		"other names": {
			"change": {"subject_common_names": ["EX02"], "dns_names": ["ex02.corp.contoso.test"]},
			"reasons": {"name_mismatch"},
		},
		"common name alone": {"change": {"dns_names": []}, "reasons": set()},
		"second common name": {"change": {"subject_common_names": ["x", "EX01"], "dns_names": []}, "reasons": set()},
		"DNS name alone": {"change": {"subject_common_names": []}, "reasons": set()},
		"case and one trailing dot": {
			"change": {"subject_common_names": [], "dns_names": ["EX01.Corp.Contoso.Test."]},
			"reasons": set(),
		},
		"two trailing dots": {
			"change": {"subject_common_names": [], "dns_names": ["ex01.."]},
			"reasons": {"name_mismatch"},
		},
		"wildcard": {
			"change": {"subject_common_names": [], "dns_names": ["*.corp.contoso.test"]},
			"reasons": {"name_mismatch"},
		},
		"empty name": {"change": {"subject_common_names": [""], "dns_names": ["."]}, "reasons": {"name_mismatch"}},
		"everything known": {
			"change": {"version": 1, "has_private_key": false, "services": [], "subject_common_names": [], "dns_names": []},
			"reasons": {"name_mismatch", "no_private_key", "smtp_not_enabled", "version_below_3"},
		},
		"everything unknown": {
			"change": {"has_private_key": null, "services": null},
			"reasons": {"private_key_unknown", "services_unknown"},
		},
	}
	object.get(inbound_anonymous.ineligible, a, set()) == case.reasons with input as changed(case.change)
}
