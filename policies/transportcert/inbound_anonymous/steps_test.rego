package transportcert.inbound_anonymous_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.c
import data.transportcert.document_test.example
import data.transportcert.document_test.expired
import data.transportcert.document_test.not_set
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.document_test.with_certificates
import data.transportcert.inbound_anonymous

test_domains_are_lower_case_sorted_and_without_duplicates if {
	inbound_anonymous.domains == [
		"ex01",
		"ex01.corp.contoso.test",
		"node1",
		"node1.corp.contoso.test",
	] with input as object.union(example, {"host": {"physical_dns_host_name": "Node1."}})
}

test_cluster_names_stand_in_place_of_the_dns_fqdn if {
	inbound_anonymous.domains == ["ex01", "mail.contoso.test", "node1", "node1.corp.contoso.test", "smtp.contoso.test"] with input as object.union(
		example,
		{"host": {"nlb_cluster_names": ["mail.contoso.test", "SMTP.contoso.test."]}},
	)
}

test_without_cluster_names_the_dns_fqdn_stays if {
	"ex01.corp.contoso.test" in inbound_anonymous.domains with input as object.union(
		example,
		{"host": {"nlb_cluster_names": []}},
	)
}

test_a_name_that_is_only_a_dot_is_no_domain if {
	inbound_anonymous.domains == ["ex01", "node1", "node1.corp.contoso.test"] with input as object.union(
		example,
		{"host": {"dns_fqdn": "."}},
	)
}

test_matches_best[name] if {
	some name, case in {
		"match": {"change": {}, "matches_best": true},
		"mismatch": {"change": {"certificates": [self_signed, pki]}, "matches_best": false},
		"nothing loaded": {"change": not_set, "matches_best": null},
		"no best": {"change": {"certificates": [object.union(self_signed, {"services": []})]}, "matches_best": null},
	}
	inbound_anonymous.matches_best == case.matches_best with input as object.union(example, case.change)
}

test_best[name] if {
	some name, case in {
		"empty store": {"certificates": [], "best": null, "kind": null},
		"self-signed": {"certificates": [self_signed], "best": a, "kind": "self_signed"},
		"PKI comes before a later self-signed": {"certificates": [self_signed, pki], "best": b, "kind": "pki"},
		"the first of two self-signed": {
			"certificates": [self_signed, object.union(self_signed, {"thumbprint": c, "not_before": "2025-01-01T00:00:00Z"})],
			"best": c,
			"kind": "self_signed",
		},
		"the first of two PKI": {
			"certificates": [pki, object.union(pki, {"thumbprint": c, "not_before": "2022-01-01T00:00:00Z"})],
			"best": b,
			"kind": "pki",
		},
		"expired self-signed": {"certificates": [object.union(self_signed, expired)], "best": a, "kind": "self_signed"},
		"future self-signed": {
			"certificates": [object.union(self_signed, {"not_before": "2027-01-01T00:00:00Z"})],
			"best": a,
			"kind": "self_signed",
		},
		"self-signed in the trusted roots": {
			"certificates": [object.union(pki, {"self_signed": true})],
			"best": b,
			"kind": "self_signed",
		},
		"ineligible PKI": {
			"certificates": [self_signed, object.union(pki, {"services": []})],
			"best": a,
			"kind": "self_signed",
		},
		"neither": {"certificates": [object.union(pki, {"trust": {"chain": "untrusted"}})], "best": null, "kind": null},
		"self-signed unknown": {"certificates": [object.union(pki, {"self_signed": null})], "best": null, "kind": null},
	}
	decided := [inbound_anonymous.best.thumbprint, inbound_anonymous.best.kind] with input as with_certificates(case.certificates)
	decided == [case.best, case.kind]
}

test_empty_cluster_names_replace_nothing[name] if {
	some name, names in {"one": [""], "only a dot": ["."]}
	"ex01.corp.contoso.test" in inbound_anonymous.domains with input as object.union(
		example,
		{"host": {"nlb_cluster_names": names}},
	)
}

test_an_empty_cluster_name_beside_another if {
	inbound_anonymous.domains == ["ex01", "mail.contoso.test", "node1", "node1.corp.contoso.test"] with input as object.union(
		example,
		{"host": {"nlb_cluster_names": ["", "mail.contoso.test"]}},
	)
}

test_an_empty_name_of_the_host_is_no_domain if {
	inbound_anonymous.domains == ["ex01", "node1", "node1.corp.contoso.test"] with input as object.union(
		example,
		{"host": {"dns_fqdn": ""}},
	)
}
