package transportcert.compliance_test

import data.transportcert.compliance

test_the_directory_cannot_be_read if {
	found := compliance.findings with input as object.union(document, unreadable)
	[[f.rule_id, f.severity, f.message, f.path] | some f in found] == [[
		"TC010",
		"error",
		"EX01: the server's object in the directory cannot be read (timeout).",
		"directory.readable",
	]]
}

test_no_internal_transport_certificate[name] if {
	some name, case in {
		"not set": {
			"document": object.union(document, not_set),
			"message": "EX01: msExchServerInternalTLSCert is not set in the directory, so no internal transport certificate is loaded.",
			"thumbprint": null,
		},
		"not in the store, and no event": {
			"document": object.union(with_certificates([pki]), without_exchange_server),
			"message": sprintf("EX01: the directory names the internal transport certificate %s, and the store does not hold it.", [a]),
			"thumbprint": a,
		},
	}
	found := compliance.findings with input as case.document
	[[f.rule_id, f.severity, f.message, f.thumbprint, f.path] | some f in found] == [[
		"TC011",
		"error",
		case.message,
		case.thumbprint,
		"directory.internal_transport_certificate",
	]]
}

test_no_internal_transport_certificate_names_the_best if {
	found := only("TC011", object.union(document, not_set))
	found[0].remediation == sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [a])
}

test_no_eligible_certificate if {
	found := compliance.findings with input as changed({"services": ["IIS"]})
	[[f.rule_id, f.severity, f.message, f.path] | some f in found] == [["TC012", "warning", "EX01: no certificate is eligible; the store holds 1.", "certificates"]]
}

test_no_best_certificate[name] if {
	some name, case in {
		"one": {"certificates": [untrusted], "message": "EX01: 1 certificate is eligible, and no eligible certificate is a valid PKI certificate or self-signed."},
		"two": {
			"certificates": [untrusted, object.union(untrusted, {"thumbprint": b})],
			"message": "EX01: 2 certificates are eligible, and no eligible certificate is a valid PKI certificate or self-signed.",
		},
	}
	found := only("TC013", with_certificates(case.certificates))
	[[f.severity, f.message, f.path] | some f in found] == [["warning", case.message, "certificates"]]
}

untrusted := object.union(self_signed, {"self_signed": false, "trust": {"chain": "untrusted"}})

test_no_best_where_nothing_is_eligible_is_said_once if {
	not "TC013" in reported(with_certificates([]))
}

test_a_pki_certificate_would_be_better if {
	found := only("TC014", with_other({}))
	[[f.severity, f.message, f.path, f.thumbprint, f.remediation] | some f in found] == [[
		"warning",
		sprintf("EX01: the best certificate %s is a valid PKI certificate, and the server serves %s.", [b, a]),
		"directory.internal_transport_certificate",
		a,
		sprintf("Enable-ExchangeCertificate -Thumbprint '%s' -Services SMTP -Server 'EX01'", [b]),
	]]
}

test_a_pki_certificate_would_be_better_without_an_event_too if {
	reported(object.union(with_other({}), without_exchange_server)) == ["TC014"]
}

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

test_a_name_without_a_domain if {
	found := only("TC016", object.union(document, {"host": {"dns_fqdn": "EX01.", "physical_dns_fqdn": "EX01"}}))
	[[f.severity, f.message, f.path] | some f in found] == [
		["warning", "EX01: EX01. has no domain.", "host.dns_fqdn"],
		["warning", "EX01: EX01 has no domain.", "host.physical_dns_fqdn"],
	]
}
