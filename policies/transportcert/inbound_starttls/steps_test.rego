package transportcert.inbound_starttls_test

import data.transportcert.document_test
import data.transportcert.inbound_starttls

test_stops[name] if {
	some name, case in {
		"disabled": {"change": {"enabled": false}, "stopped_at": "connector_disabled"},
		"disabled comes before step 2": {"change": {"enabled": false, "auth_mechanisms": []}, "stopped_at": "connector_disabled"},
		"without Tls": {"change": {"auth_mechanisms": ["ExchangeServer"]}, "stopped_at": "tls_auth_disabled"},
	}
	decided(with_relay(case.change, [mail])) == {
		"name": "Relay",
		"advertise_starttls": false,
		"certificate": null,
		"certificate_kind": null,
		"expired": null,
		"stopped_at": case.stopped_at,
		"searched_for": null,
		"eligible": [],
		"ineligible": {},
	}
}

test_searched_for[name] if {
	some name, case in {
		"fqdn": {"procedure": "2016", "change": {}, "by": "fqdn", "value": "mail.contoso.test"},
		"no fqdn": {"procedure": "2016", "change": {"fqdn": ""}, "by": "physical_fqdn", "value": "node1.corp.contoso.test"},
		"name": {
			"procedure": "2016",
			"change": {"tls_certificate_name": mail_name},
			"by": "tls_certificate_name",
			"value": mail_name,
		},
		"name is null": {"procedure": "2016", "change": {"tls_certificate_name": null}, "by": "fqdn", "value": "mail.contoso.test"},
		"name is empty": {"procedure": "2016", "change": {"tls_certificate_name": ""}, "by": "fqdn", "value": "mail.contoso.test"},
		"name in 2010": {
			"procedure": "2010",
			"change": {"tls_certificate_name": mail_name},
			"by": "fqdn",
			"value": "mail.contoso.test",
		},
	}
	document := object.union(with_relay(case.change, [mail]), {"procedure": case.procedure})
	decided(document).searched_for == {"by": case.by, "value": case.value}
}

test_an_absent_fqdn_is_none if {
	document := object.union(document_test.example, {"connectors": [{"name": "Relay", "auth_mechanisms": ["Tls"]}]})
	decided(document).searched_for == {"by": "physical_fqdn", "value": "node1.corp.contoso.test"}
}

test_matching_by_fqdn[name] if {
	some name, case in {
		"same": {"fqdn": "mail.contoso.test", "dns_name": "mail.contoso.test", "matches": true},
		"case and one trailing dot": {"fqdn": "MAIL.contoso.test.", "dns_name": "mail.Contoso.test", "matches": true},
		"wildcard": {"fqdn": "mail.contoso.test", "dns_name": "*.contoso.test", "matches": true},
		"wildcard in other letters": {"fqdn": "mail.contoso.test", "dns_name": "*.CONTOSO.test.", "matches": true},
		"wildcard, no label more": {"fqdn": "contoso.test", "dns_name": "*.contoso.test", "matches": false},
		"wildcard, two labels more": {"fqdn": "a.b.contoso.test", "dns_name": "*.contoso.test", "matches": false},
		"wildcard, empty label": {"fqdn": ".contoso.test", "dns_name": "*.contoso.test", "matches": false},
		"wildcard equals itself": {"fqdn": "*.contoso.test", "dns_name": "*.contoso.test", "matches": true},
		"only a wildcard": {"fqdn": "mail", "dns_name": "*", "matches": false},
		"only a dot": {"fqdn": ".", "dns_name": ".", "matches": false},
		"other": {"fqdn": "mail.contoso.test", "dns_name": "mail.fabrikam.test", "matches": false},
	}
	certificate := object.union(mail, {"subject_common_names": [], "dns_names": [case.dns_name]})
	found := inbound_starttls.matching({"by": "fqdn", "value": case.fqdn}) with input as with_relay({}, [certificate])
	found == {thumbprint | some thumbprint in [mail.thumbprint]; case.matches}
}

test_a_common_name_matches if {
	found := inbound_starttls.matching({"by": "fqdn", "value": "mail.contoso.test"}) with input as with_relay(
		{},
		[object.union(mail, {"dns_names": []}), document_test.self_signed],
	)
	found == {mail.thumbprint}
}

test_matching_by_tls_certificate_name[name] if {
	some name, case in {
		"same": {"value": mail_name, "matches": true},
		"other letters": {"value": upper(mail_name), "matches": true},
		"a space more": {"value": replace(mail_name, "S=", " S="), "matches": false},
		"issuer alone": {"value": "<I>CN=Contoso CA, DC=contoso, DC=test", "matches": false},
	}
	found := inbound_starttls.matching({"by": "tls_certificate_name", "value": case.value}) with input as with_relay({}, [mail])
	found == {thumbprint | some thumbprint in [mail.thumbprint]; case.matches}
}

test_a_renewed_certificate_has_the_same_name if {
	renewed := object.union(mail, {"thumbprint": document_test.c, "not_before": "2026-01-01T00:00:00Z"})
	document := object.union(with_relay({"tls_certificate_name": mail_name}, [mail, renewed]), {"procedure": "2016"})
	result := decided(document)
	result.eligible == [document_test.c, mail.thumbprint]
	result.certificate == document_test.c
}

test_reasons[name] if {
	some name, case in {
		"none": {"change": {}, "reasons": {}},
		"version": {"change": {"version": 2}, "reasons": {mail.thumbprint: ["version_below_3"]}},
		"private key": {"change": {"has_private_key": false}, "reasons": {mail.thumbprint: ["no_private_key"]}},
		"private key unknown": {"change": {"has_private_key": null}, "reasons": {mail.thumbprint: ["private_key_unknown"]}},
		"SMTP": {"change": {"services": ["IIS"]}, "reasons": {mail.thumbprint: ["smtp_not_enabled"]}},
		"services unknown": {"change": {"services": null}, "reasons": {mail.thumbprint: ["services_unknown"]}},
		"two": {
			"change": {"services": [], "version": 1},
			"reasons": {mail.thumbprint: ["smtp_not_enabled", "version_below_3"]},
		},
	}

	# What does not match has no reasons here.
	other := object.union(document_test.self_signed, {"services": [], "has_private_key": false})
	decided(with_relay({}, [object.union(mail, case.change), other])).ineligible == case.reasons
}

test_criteria_of_an_organization_have_no_part if {
	document := with_relay({}, [mail])
	decision := inbound_starttls.decision with input as document
		with data.transportcert.custom.ineligible as {{"thumbprint": mail.thumbprint, "reason": "weak"}}
	decision.connectors[0].certificate == mail.thumbprint
	decision.connectors[0].ineligible == {}
}

expired_pki := object.union(mail, {
	"not_after": "2026-01-01T00:00:00Z",
	"trust": {"valid_from": null, "valid_until": "2026-01-01T00:00:00Z"},
})

test_best[name] if {
	some name, case in {
		"PKI": {"change": {}, "kind": "pki", "expired": false},
		"self-signed": {"change": {"self_signed": true}, "kind": "self_signed", "expired": false},
		"self-signed, expired": {
			"change": {"self_signed": true, "not_after": "2026-11-22T06:59:59Z"},
			"kind": "self_signed",
			"expired": true,
		},
		"expired PKI": {"change": expired_pki, "kind": "expired_pki", "expired": true},
		"expired PKI whose own end is to come": {
			"change": object.union(expired_pki, {"not_after": "2028-01-01T00:00:00Z"}),
			"kind": "expired_pki",
			"expired": false,
		},
		"ends now": {"change": {"not_after": "2026-11-22T07:00:00Z"}, "kind": "pki", "expired": false},
	}
	result := decided(with_relay({}, [object.union(mail, case.change)]))
	result.advertise_starttls == true
	result.certificate == mail.thumbprint
	result.certificate_kind == case.kind
	result.expired == case.expired
	result.stopped_at == null
}

test_no_best[name] if {
	some name, change in {
		"untrusted": {"trust": {"chain": "untrusted"}},
		"self-signed unknown": {"self_signed": null},
		"revoked": object.union(expired_pki, {"trust": {"revoked": true}}),
		"end unknown": {"trust": {"valid_until": null}},
		"not valid yet": {"trust": {"valid_from": "2027-01-01T00:00:00Z"}},
	}
	result := decided(with_relay({}, [object.union(mail, change)]))
	result.stopped_at == "no_best_certificate"
	result.eligible == [mail.thumbprint]
	result.certificate == null
	result.expired == null
}

test_an_expired_pki_certificate_comes_last if {
	other := object.union(mail, {"thumbprint": document_test.a, "self_signed": true, "not_before": "2020-01-01T00:00:00Z"})
	result := decided(with_relay({}, [expired_pki, other]))
	result.eligible == [mail.thumbprint, document_test.a]
	result.certificate == document_test.a
	result.certificate_kind == "self_signed"
}
