package transportcert.remedies_test

import data.transportcert.compliance
import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.c
import data.transportcert.compliance.rules_test.connector
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.expired
import data.transportcert.compliance.rules_test.pki
import data.transportcert.compliance.rules_test.self_signed
import data.transportcert.compliance.rules_test.with_certificates
import data.transportcert.remedies
import data.transportcert.server

named := {"issuer": "CN=CA", "subject": "CN=mail.contoso.test"}

mail := object.union_n([pki, named, {"dns_names": ["mail.contoso.test"], "subject_common_names": [], "friendly_name": "Mail"}])

to_partner := {"name": "To Partner", "tls_certificate_name": "<I>CN=CA<S>CN=mail.contoso.test", "source_servers": ["EX02"]}

# A server whose certificate for mail.contoso.test has expired, beside other certificates.
expired_mail(change, others) := object.union(
	with_certificates(array.concat([self_signed, object.union_n([mail, expired, change])], others)),
	{"procedure": "2016"},
)

remove(thumbprint) := sprintf("remove-certificate:%s", [thumbprint])

test_what_nothing_needs_is_removed if {
	found := planned(expired_mail({"services": ["SMTP"]}, []))
	object.keys(found) == {remove(b)}
	found[remove(b)].title == "Remove Mail (BBBBBBBB)"
	contains(found[remove(b)].description, "knows of nothing that needs it.\nA site in IIS can use it, too: on EX01, netsh")
	found[remove(b)].commands == [sprintf("Remove-ExchangeCertificate -Thumbprint %s -Server 'EX01'", [b])]
	found[remove(b)].prompt == {"question": "Are you sure you want to perform this action?", "answer": "Yes"}
	found[remove(b)].effect == [{"op": "remove", "path": "/certificates/1"}]
}

test_what_a_connector_uses_is_renewed_by_its_ca[name] if {
	some name, case in {
		"2007": {"facts": {"procedure": "2007"}, "ends": "-PrivateKeyExportable $true -Path 'C:\\ex01-BBBBBBBB.req'"},
		"2013": {"facts": {"exchange_version": "15.0.1497.2"}, "ends": "-PrivateKeyExportable $true -RequestFile 'C:\\ex01-BBBBBBBB.req'"},
		"2019": {"facts": {"exchange_version": "15.2.1748.10"}, "ends": "[System.IO.File]::WriteAllText('C:\\ex01-BBBBBBBB.req', $request)"},
	}
	connectors := {"connectors": [connector, object.union(connector, {"name": "Mail", "auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test", "bindings": ["0.0.0.0:587"]})]}
	expired_everywhere := object.union_n([object.remove(expired_mail({"trust": {"valid_until": "2026-11-22T06:59:59Z"}}, []), ["procedure"]), connectors, case.facts])
	found := planned(expired_everywhere)
	renewal := found[sprintf("renew:%s", [b])]
	renewal.manual
	12016 in renewal.why
	endswith(renewal.commands[count(renewal.commands) - 1], case.ends)
	not found[remove(b)]
}

test_a_successor_takes_over_services_and_names if {
	heir := object.union(mail, {"thumbprint": c, "subject": "CN=new", "services": ["SMTP"]})
	found := planned(object.union(
		expired_mail({"services": ["SMTP", "POP"]}, [heir]),
		{"send_connectors": [to_partner], "connectors": [connector, {
			"name": "Off", "enabled": false, "auth_mechanisms": [], "tls_certificate_name": to_partner.tls_certificate_name,
		}]},
	))
	found[sprintf("enable-pop:%s", [c])].commands == [sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services POP -Server 'EX01'", [c])]
	is_null(found[sprintf("enable-pop:%s", [c])].prompt)
	found["send-connector-tls:To Partner"].effect == [{"op": "add", "path": "/send_connectors/0/tls_certificate_name", "value": "<I>CN=CA<S>CN=new"}]
	found["receive-connector-tls:Off"].effect == [{"op": "add", "path": "/connectors/1/tls_certificate_name", "value": "<I>CN=CA<S>CN=new"}]
	found[remove(b)].prompt.answer == "Yes"
}

test_a_successor_gets_smtp if {
	heir := object.union(mail, {"thumbprint": c, "services": []})
	soon := {"not_after": "2026-12-01T00:00:00Z", "services": ["SMTP"]}
	found := planned(expired_mail(soon, [heir]))
	object.keys(found) == {sprintf("enable-smtp:%s", [c]), remove(b)}
	found[sprintf("enable-smtp:%s", [c])].prompt.answer == "No"
}

test_exchange_removes_nothing_that_a_send_connector_names[name] if {
	some name, certificates in {
		"with SMTP": [object.union(mail, {"thumbprint": c})],
		"without SMTP": [object.union(mail, {"thumbprint": c, "services": []})],
	}
	found := planned(object.union(
		expired_mail({"services": ["SMTP"]}, certificates),
		{"send_connectors": [to_partner, object.union(to_partner, {"name": "Too"}), {"name": "Other", "tls_certificate_name": "<I>CN=CA<S>CN=x"}]},
	))
	found[remove(b)].prompt == {"question": "Are you sure you want to perform this action?", "answer": "Yes"}
	found[remove(b)].commands == [
		"Set-SendConnector 'To Partner' -TlsCertificateName $null -Confirm",
		"Set-SendConnector 'Too' -TlsCertificateName $null",
		sprintf("Remove-ExchangeCertificate -Thumbprint %s -Server 'EX01' -Confirm:$false", [b]),
		"Set-SendConnector 'To Partner' -TlsCertificateName '<I>CN=CA<S>CN=mail.contoso.test'",
		"Set-SendConnector 'Too' -TlsCertificateName '<I>CN=CA<S>CN=mail.contoso.test'",
	]
}

test_what_renews_a_self_signed_certificate_has_its_name if {
	found := planned(object.union(
		expired_mail({"self_signed": true, "services": ["SMTP"], "issuer": "CN=mail.contoso.test"}, []),
		{"send_connectors": [object.union(to_partner, {"tls_certificate_name": "<I>CN=mail.contoso.test<S>CN=mail.contoso.test"})]},
	))
	found[remove(b)].commands[0] == "Set-SendConnector 'To Partner' -TlsCertificateName $null -Confirm"
}

test_a_self_signed_certificate_is_renewed_and_then_removed if {
	found := planned(expired_mail({"self_signed": true, "services": ["SMTP", "POP"], "key_bits": 1024}, []))
	renewal := found[sprintf("renew:%s", [b])]
	renewal.commands == [sprintf("$renewedBBBBBBBB = Get-ExchangeCertificate -Thumbprint %s -Server 'EX01' | New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true", [b])]
	found[sprintf("services-of-renewed:%s", [b])].commands == ["Enable-ExchangeCertificate -Thumbprint $renewedBBBBBBBB.Thumbprint -Services POP -Server 'EX01'"]
	renewal.prompt.answer == "No"
	renewal.effect[0].value.dns_names == ["mail.contoso.test"]
	renewal.effect[0].value.services == ["SMTP", "POP"]
	found[remove(b)].why == ["TC024", "TC030"]
}

# Neither their variables nor their request files are one.
test_certificates_that_begin_alike if {
	alike := sprintf("BBBBBBBB%s", [substring(c, 8, -1)])
	own := {"self_signed": true, "services": ["SMTP", "POP"]}
	value := expired_mail(own, [object.union_n([mail, expired, own, {"thumbprint": alike, "dns_names": ["pop.contoso.test"]}])])
	every thumbprint in [b, alike] {
		found := planned(value)
		startswith(found[sprintf("renew:%s", [thumbprint])].commands[0], sprintf("$renewed%s = ", [thumbprint]))
		contains(found[sprintf("services-of-renewed:%s", [thumbprint])].commands[0], sprintf(" $renewed%s.Thumbprint ", [thumbprint]))
		found[sprintf("renew:%s", [thumbprint])].title == sprintf("Renew Mail (%s)", [thumbprint])
	}
	request := remedies.renew_at_ca(object.union(mail, {"thumbprint": alike})).commands[1] with input as value
	contains(request, sprintf(`'C:\ex01-%s.req'`, [alike]))
}

test_a_renewed_certificate_is_the_best_in_2010 if {
	others := {"thumbprint": b, "self_signed": true, "dns_names": ["EX01", "ex01.corp.contoso.test", "x"], "services": ["SMTP", "POP"]}
	found := planned(object.union(expired_mail(others, []), {"procedure": "2010"}))
	renewal := found[sprintf("renew:%s", [b])]
	renewal.prompt.answer == "Yes"
	renewal.effect[1].path == "/directory/internal_transport_certificate"
}

test_the_planned_internal_certificate_takes_the_place if {
	loaded := object.union(self_signed, {"dns_names": ["x"], "subject_common_names": []})
	eligible := object.union_n([self_signed, expired, {"thumbprint": b, "services": ["SMTP"]}])
	found := planned(with_certificates([loaded, eligible]))
	object.keys(found) == {itc, remove(b)}
	"TC024" in found[itc].why
}

test_a_revoked_certificate if {
	found := planned(expired_mail({"services": ["SMTP"], "not_after": "2028-01-01T00:00:00Z", "trust": {"revoked": true}}, []))
	found[remove(b)].why == ["TC033"]
}

test_a_certificate_without_its_key[name] if {
	keyless := {"not_after": "2028-01-01T00:00:00Z", "has_private_key": false}
	some name, case in {
		"that nothing needs": {"document": expired_mail(object.union(keyless, {"services": ["SMTP"]}), []), "id": remove(b)},
		"for a service": {"document": expired_mail(object.union(keyless, {"services": ["SMTP", "POP"]}), []), "id": sprintf("private-key:%s", [b])},
		"for a connector": {
			"document": object.union(
				expired_mail(object.union(keyless, {"services": ["SMTP"]}), []),
				{"connectors": [connector, {"name": "Mail", "auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test", "bindings": ["0.0.0.0:587"]}]},
			),
			"id": sprintf("private-key:%s", [b]),
		},
	}
	"TC032" in planned(case.document)[case.id].why
}

test_names_of_certificates[name] if {
	some name, case in {
		"friendly name": {"change": {"subject": "CN=x"}, "title": "Remove Mail (BBBBBBBB)"},
		"subject": {"change": {"friendly_name": "", "subject": "CN=x"}, "title": "Remove CN=x (BBBBBBBB)"},
		"neither": {"change": {"friendly_name": "", "subject": ""}, "title": "Remove the certificate BBBBBBBB"},
	}
	planned(expired_mail(object.union(case.change, {"services": ["SMTP"]}), []))[remove(b)].title == case.title
}

test_a_name_of_the_domain_list_stays_covered if {
	value := object.union(
		expired_mail({"self_signed": true, "dns_names": ["nlb.corp.contoso.test"], "services": ["SMTP"]}, []),
		{"host": {"nlb_cluster_names": ["nlb.corp.contoso.test", "ex01.corp.contoso.test"]}},
	)
	object.keys(planned(value)) == {sprintf("renew:%s", [b]), remove(b)}
}

test_a_name_without_a_service if {
	value := object.union_n([
		with_certificates([object.union_n([mail, expired, {"services": []}])]),
		{"procedure": "2016", "directory": {"internal_transport_certificate": b}},
		{"connectors": [connector, {"name": "Off", "enabled": false, "auth_mechanisms": [], "tls_certificate_name": to_partner.tls_certificate_name}]},
	])
	contains(planned(value)[sprintf("renew:%s", [b])].description, "for SMTP.")
}

test_dates_that_change_something_soon if {
	remedies.worse_soon(mail, "not_before").id == sprintf("clock:%s", [b]) with input as document
	remedies.worse_soon(mail, "trust.valid_until").id == sprintf("trust:%s", [b]) with input as document
}

test_a_certificate_of_a_ca_is_not_replaced_by_a_self_signed_one_for_clients if {
	soon := object.union(pki, {"not_after": "2026-12-01T00:00:00Z", "services": ["IIS", "SMTP"]})
	value := object.union(with_certificates([soon]), {"procedure": "2016", "directory": {"internal_transport_certificate": b}})
	found := planned(value)
	object.keys(found) == {itc, sprintf("renew:%s", [b])}
	found[itc].commands == [create]
	found[sprintf("renew:%s", [b])].manual
}

test_an_edge_server_and_exchange_2010_have_no_exchange_back_end[name] if {
	some name, change in {"Edge": {"roles": ["EdgeTransport"]}, "2010": {"procedure": "2010"}}
	found := planned(object.union(expired_mail({"services": ["SMTP"]}, []), change))
	found[remove(b)].description == "transportcert knows of nothing that needs it."
}

# The server has another certificate for Exchange servers, but clients keep this one until the CA has issued another.
test_what_stays_until_a_person_does_something_names_what_that_person_does[id] if {
	some id, case in {
		"TC024": {"change": expired, "connectors": [object.union(connector, {"auth_mechanisms": []})]},
		"TC033": {"change": {"trust": {"revoked": true}}, "connectors": [connector]},
		"TC037": {"change": {"extended_key_usages": []}, "connectors": [connector]},
	}
	certificate := object.union_n([pki, {"services": ["IIS", "SMTP"]}, case.change])
	value := object.union(with_certificates([certificate]), {
		"procedure": "2016", "directory": {"internal_transport_certificate": b}, "connectors": case.connectors,
	})
	renew := sprintf("renew:%s", [b])
	findings := compliance.findings with input as value
	{found.action | some found in findings; found.rule_id == id} == {renew}
	actions := planned(value)
	every action in [itc, renew] { id in actions[action].why }
}

test_the_event_of_a_connector_names_what_ends_it[name] if {
	some name, case in {
		"the new internal transport certificate": {"fqdn": "ex01.corp.contoso.test", "action": itc},
		"the CA": {"fqdn": "mail.contoso.test", "action": sprintf("renew:%s", [b])},
	}
	certificate := object.union_n([pki, expired, {
		"dns_names": ["EX01", "ex01.corp.contoso.test", "mail.contoso.test"],
		"trust": {"valid_until": "2026-01-01T00:00:00Z"},
	}])
	value := object.union(with_certificates([certificate]), {
		"procedure": "2016", "directory": {"internal_transport_certificate": b},
		"connectors": [connector, object.union(connector, {"name": "Mail", "auth_mechanisms": ["Tls"], "fqdn": case.fqdn, "bindings": ["0.0.0.0:587"]})],
	})
	findings := compliance.findings with input as value
	decision := server.decision with input as value
	{event.action | some event in decision.events; event.id == 12016} == {case.action}
	{found.action | some found in findings; found.rule_id == "TC006"} == {case.action}
}
