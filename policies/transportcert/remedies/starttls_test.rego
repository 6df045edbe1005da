package transportcert.remedies_test

import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.connector
import data.transportcert.compliance.rules_test.pki
import data.transportcert.compliance.rules_test.self_signed

# A server with a second connector, for clients, and more certificates.
with_clients(change, certificates) := object.union(
	expired_mail({"not_after": "2028-01-01T00:00:00Z"}, certificates),
	{"connectors": [connector, object.union({"name": "Clients", "auth_mechanisms": ["Tls"], "fqdn": "imap.contoso.test", "bindings": ["0.0.0.0:587"]}, change)]},
)

test_one_certificate_for_all_connectors_of_a_name if {
	value := with_clients({}, [])
	both := object.union(value, {"connectors": array.concat(value.connectors, [object.union(value.connectors[1], {"name": "More", "require_tls": true})])})
	found := planned(both)
	object.keys(found) == {"starttls-certificate:imap.contoso.test"}
	action := found["starttls-certificate:imap.contoso.test"]
	action.why == [12014, "TC005", "TC046"]
	action.commands == ["New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'imap.contoso.test' -DomainName 'imap.contoso.test' -Services SMTP"]
	action.prompt.answer == "No"
}

imap := object.union(mail, {"thumbprint": "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD", "dns_names": ["imap.contoso.test"], "subject": "CN=imap"})

test_certificates_that_match[name] if {
	some name, case in {
		"without SMTP": {"change": {"services": ["IIS"]}, "id": sprintf("enable-smtp:%s", [imap.thumbprint]), "why": [12014, "TC005", "TC047"]},
		"without SMTP, in the future": {"change": {"services": ["IIS"], "not_before": "2027-01-01T00:00:00Z"}, "id": "starttls-certificate:imap.contoso.test", "why": [12014, "TC005"]},
		"without SMTP, untrusted": {
			"change": {"services": ["SMTP"], "trust": {"chain": "untrusted"}},
			"id": sprintf("trust:%s", [imap.thumbprint]),
			"why": [12014, "TC005", "TC034"],
		},
		"services unknown": {"change": {"services": null}, "id": "gather-facts", "why": [12014, "TC005"]},
	}
	planned(with_clients({}, [object.union(imap, case.change)]))[case.id].why == case.why
}

test_a_certificate_that_lacks_smtp_and_more[name] if {
	some name, case in {
		"expires soon": {"change": {"not_after": "2026-12-01T00:00:00Z", "services": []}, "id": remove(imap.thumbprint)},
		"untrusted": {"change": {"trust": {"chain": "untrusted"}, "services": []}, "id": sprintf("trust:%s", [imap.thumbprint])},
		"unknown": {"change": {"trust": {"chain": "unknown"}, "services": []}, "id": "gather-facts"},
	}
	"TC047" in planned(with_clients({"fqdn": "imap.contoso.test"}, [object.union(imap, case.change), object.union(imap, {"thumbprint": "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"})]))[case.id].why
}

test_a_certificate_that_becomes_the_internal_one_answers_more if {
	without_smtp := object.union(self_signed, {"services": ["IIS"]})
	value := object.union(with_clients({"fqdn": "ex01.corp.contoso.test"}, []), {"certificates": [without_smtp]})
	found := planned(value)
	object.keys(found) == {itc}
	found[itc].why == [12014, "TC005", "TC012", "TC047"]
}

test_smtp_makes_a_certificate_the_best_in_2010 if {
	without_smtp := object.union(pki, {"services": ["IIS"]})
	value := object.union(with_clients({"fqdn": "ex01.corp.contoso.test"}, []), {"procedure": "2010", "certificates": [self_signed, without_smtp]})
	action := planned(value)[sprintf("enable-smtp:%s", [b])]
	action.prompt.answer == "Yes"
	action.effect[1] == {"op": "add", "path": "/directory/internal_transport_certificate", "value": b}
}

test_names_of_connectors[name] if {
	wildcard := object.union(imap, {"dns_names": ["*.contoso.test"]})
	some name, case in {
		"another certificate for the FQDN": {"name": "<I>CN=old<S>CN=imap", "certificates": [wildcard], "id": "receive-connector-tls:Clients", "manual": false},
		"none": {"name": "<I>CN=old<S>CN=imap", "certificates": [], "id": "import-certificate:<I>CN=old<S>CN=imap", "manual": true},
		"almost": {"name": "<I>CN=CA<S>CN= imap", "certificates": [object.union(wildcard, {"services": []})], "id": sprintf("enable-smtp:%s", [imap.thumbprint]), "manual": false},
	}
	action := planned(with_clients({"tls_certificate_name": case.name}, case.certificates))[case.id]
	12014 in action.why
	action.manual == case.manual
}

test_an_fqdn_of_a_dot_matches_nothing if {
	action := planned(with_clients({"fqdn": "."}, []))["connector-fqdn:Clients"]
	action.why == [12014, "TC005"]
	action.commands == [`Set-ReceiveConnector 'EX01\Clients' -Fqdn 'ex01.corp.contoso.test'`]
}

test_import_commands[version] if {
	some version, part in {"8.3.83.6": " -Path 'C:\\certificate.pfx'", "14.3.513.0": "-Encoding Byte", "15.2.1748.10": "ReadAllBytes"}
	keyless := object.union(imap, {"has_private_key": false})
	value := object.union(object.remove(with_clients({}, [keyless]), ["procedure"]), {"exchange_version": version})
	contains(planned(value)[sprintf("private-key:%s", [imap.thumbprint])].commands[0], part)
}

test_a_chain_that_has_expired_before_its_certificate if {
	chain := object.union(imap, {"trust": {"valid_until": "2026-11-22T06:59:59Z"}})
	action := planned(with_clients({}, [chain]))[sprintf("trust:%s", [imap.thumbprint])]
	action.why == ["TC029", "TC035"]
}

test_the_internal_certificate_stays_it_with_smtp if {
	without_smtp := object.union(self_signed, {"services": ["IIS"]})
	other := object.union(self_signed, {"thumbprint": b, "not_before": "2023-01-01T00:00:00Z"})
	value := object.union(with_clients({"fqdn": "ex01.corp.contoso.test"}, []), {"certificates": [without_smtp, other]})
	planned(value)[sprintf("enable-smtp:%s", [self_signed.thumbprint])].prompt.answer == "Yes"
}

test_an_unknown_version_can_search_by_tls_certificate_name if {
	value := object.remove(with_clients({"auth_mechanisms": [], "require_tls": true, "fqdn": "mail.contoso.test", "tls_certificate_name": "<I>CN=old<S>CN=x"}, []), ["procedure"])
	found := planned(value)
	object.keys(found) == {"add-tls:Clients", "receive-connector-tls:Clients"}
	found["receive-connector-tls:Clients"].why == ["TC046"]
}

# Fault by fault, what makes the only matching certificate, of a CA, a valid one.
test_certificates_that_are_not_valid[name] if {
	trusted := {"chain": "trusted", "valid_from": imap.not_before, "valid_until": imap.not_after}
	some name, case in {
		"trust unknown": {"change": {"trust": {"chain": "unknown", "valid_from": null, "valid_until": null}}, "id": "gather-facts"},
		"perhaps self-signed": {"change": {"self_signed": null}, "id": "gather-facts"},
		"dates of the chain unknown": {"change": {"trust": object.union(trusted, {"valid_from": null})}, "id": "gather-facts"},
		"chain not valid yet": {"change": {"trust": object.union(trusted, {"valid_from": "2026-11-22T07:00:01Z"})}, "id": sprintf("trust:%s", [imap.thumbprint])},
		"not valid yet": {
			"change": {"not_before": "2026-11-22T07:00:01Z", "trust": object.union(trusted, {"valid_from": "2026-11-22T07:00:01Z"})},
			"id": sprintf("clock:%s", [imap.thumbprint]),
		},
		"revoked": {"change": {"trust": object.union(trusted, {"revoked": true})}, "id": sprintf("renew:%s", [imap.thumbprint])},
		"expired and untrusted": {
			"change": {"not_after": "2026-11-22T06:59:59Z", "trust": {"chain": "untrusted", "valid_from": null, "valid_until": null}},
			"id": sprintf("renew:%s", [imap.thumbprint]),
		},
	}
	12014 in planned(with_clients({}, [object.union(imap, case.change)]))[case.id].why
}

test_a_certificate_that_can_become_valid_comes_before_a_newer_one_that_cannot if {
	revoked := object.union(imap, {"trust": {"revoked": true}})
	untrusted := object.union(imap, {"thumbprint": "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE", "not_before": "2020-01-01T00:00:00Z", "trust": {"chain": "untrusted"}})
	12014 in planned(with_clients({}, [revoked, untrusted]))[sprintf("trust:%s", [untrusted.thumbprint])].why
}
