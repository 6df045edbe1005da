package main_test

import data.main

# A server with an error (TC032), a warning (TC031) and an info (TC036), all about the certificate b.
document := {
	"schema_version": 1,
	"server": "EX01",
	"now": "2026-11-22T07:00:00Z",
	"roles": ["ClientAccess"],
	"connectors": [],
	"directory": {"readable": true, "internal_transport_certificate": a},
	"host": {
		"dns_fqdn": "ex01.corp.contoso.test",
		"dns_host_name": "EX01",
		"physical_dns_fqdn": "ex01.corp.contoso.test",
		"physical_dns_host_name": "EX01",
	},
	"certificates": [
		certificate,
		object.union(certificate, {
			"thumbprint": b,
			"subject_common_names": ["mail.contoso.test"],
			"dns_names": [],
			"services": ["SMTP"],
			"has_private_key": false,
			"signature_algorithm": "SHA1-RSA",
		}),
	],
}

a := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

b := "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

certificate := {
	"thumbprint": a,
	"version": 3,
	"subject_common_names": ["EX01"],
	"dns_names": ["ex01.corp.contoso.test"],
	"not_before": "2024-01-01T00:00:00Z",
	"not_after": "2029-01-01T00:00:00Z",
	"has_private_key": true,
	"services": ["SMTP"],
	"self_signed": true,
	"trust": {"chain": "unknown"},
	"key_algorithm": "RSA",
	"key_bits": 2048,
	"signature_algorithm": "SHA256-RSA",
}

test_deny if {
	denied := main.deny with input as document
	{[finding.msg, finding.rule_id, finding.path] | some finding in denied} == {[
		sprintf("TC032 EX01: the certificate %s (SMTP) has no private key.", [b]),
		"TC032",
		"certificates[1].has_private_key",
	]}
}

test_warn if {
	warned := main.warn with input as document
	{[finding.msg, finding.rule_id, finding.path] | some finding in warned} == {[
		sprintf("TC031 EX01: the certificate %s (SMTP) is signed with SHA1-RSA.", [b]),
		"TC031",
		"certificates[1].signature_algorithm",
	]}
}

test_what_is_waived_is_left_out if {
	waivers := [{"rule_id": id, "thumbprint": b, "reason": "x", "expires": "2027-01-01"} | some id in ["TC031", "TC032"]]
	main.deny == set() with input as document with data.transportcert.waivers as waivers
	main.warn == set() with input as document with data.transportcert.waivers as waivers
}

test_a_document_with_errors_is_denied if {
	denied := main.deny with input as {}
	count(denied) >= 6
	main.warn == set() with input as {}
}
