package transportcert.remedies_test

import data.transportcert.compliance.rules_test.a
import data.transportcert.compliance.rules_test.auth
import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.c
import data.transportcert.compliance.rules_test.connector
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.expired
import data.transportcert.compliance.rules_test.not_set
import data.transportcert.compliance.rules_test.pki
import data.transportcert.compliance.rules_test.self_signed
import data.transportcert.compliance.rules_test.startup
import data.transportcert.compliance.rules_test.unreadable
import data.transportcert.compliance.rules_test.with_certificates
import data.transportcert.plan

# The plan for a document, by id.
planned(value) := {action.id: action | some action in actions} if {
	actions := plan.actions with input as value
}

with_procedure(procedure, certificates) := object.union(with_certificates(certificates), {"procedure": procedure})

itc := "internal-transport-certificate"

enable(thumbprint) := sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [thumbprint])

create := "New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01' -DomainName 'EX01' -IncludeServerFQDN -Services SMTP"

lost := {"directory": {"readable": true, "internal_transport_certificate": c}}

test_a_certificate_of_a_ca_becomes_the_internal_one_before_2013_only[procedure] if {
	some procedure, command in {"2007": trim_suffix(enable(b), " -Server 'EX01'"), "2010": enable(b), "2016": create}
	action := planned(object.union(with_procedure(procedure, [pki]), lost))[itc]
	action.commands == [command]
	action.prompt.answer == "Yes"
	action.why == [12013, "TC002"]
	contains(action.description, c)
}

test_the_commands_of_2007_run_on_the_server if {
	action := planned(object.union_n([document, not_set, startup, {"procedure": "2007", "certificates": []}]))[itc]
	action.commands == ["New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01' -DomainName 'EX01','ex01.corp.contoso.test' -Services SMTP"]
	action.description == "Run this on EX01 itself."
	[event | some event in action.why; is_number(event)] == [12012]
}

test_a_directory_that_cannot_be_read_comes_first if {
	found := planned(object.union_n([document, unreadable, startup, {"certificates": []}]))
	object.keys(found) == {"directory-readable"}
	found["directory-readable"].why == [12012, "TC001", "TC012"]
	found["directory-readable"].commands == []
	found["directory-readable"].manual
	not found["directory-readable"].effect
}

test_an_expired_certificate_is_never_enabled[procedure] if {
	some procedure in ["2007", "2010", "2016"]
	found := planned(object.union(with_procedure(procedure, [object.union(self_signed, expired)]), lost))
	startswith(found[itc].commands[0], "New-ExchangeCertificate ")
}

test_a_successor_is_enabled_and_not_renewed if {
	renewed := object.union(self_signed, {"thumbprint": b, "not_before": "2026-11-01T00:00:00Z", "services": ["IIS", "SMTP"]})
	found := planned(with_certificates([object.union(self_signed, expired), renewed]))
	object.keys(found) == {itc, sprintf("remove-certificate:%s", [a])}
	found[itc].commands == [enable(b)]
	found[itc].why == [1037, 12015, "TC003", "TC004"]
}

test_services_that_nothing_else_has_are_taken_over if {
	renewed := object.union(self_signed, {"thumbprint": b, "not_before": "2026-11-01T00:00:00Z", "services": ["SMTP"]})
	found := planned(with_certificates([object.union(self_signed, expired), renewed]))
	found[itc].commands == [sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP,IIS -Server 'EX01'", [b])]
}

test_only_smtp_is_missing[name] if {
	without_smtp := object.union(self_signed, {"services": ["IIS"]})
	some name, case in {
		"loaded": {"document": with_certificates([without_smtp]), "why": ["TC012"]},
		"not loaded": {"document": object.union(with_certificates([without_smtp]), lost), "why": [12013, "TC002", "TC012"]},
		"2010": {"document": object.union(with_procedure("2010", [without_smtp]), lost), "why": [12013, "TC002", "TC012"]},
	}
	found := planned(case.document)
	object.keys(found) == {itc}
	found[itc].commands == [enable(a)]
	[reason | some reason in found[itc].why; reason in {12013, "TC002", "TC012"}] == case.why
}

test_a_best_certificate_that_expires_is_for_its_ca if {
	soon := object.union(pki, {"not_after": "2026-12-01T00:00:00Z"})
	loaded := object.union(with_procedure("2010", [soon]), {"directory": {"internal_transport_certificate": b}})
	found := planned(loaded)
	renewal := found[sprintf("renew:%s", [b])]
	renewal.manual
	"TC020" in renewal.why
	not found[itc]

	# Where it is the best and another one is loaded, it takes the place all the same, and is not removed.
	other := planned(with_procedure("2010", [object.union(self_signed, expired), soon]))
	other[itc].commands == [enable(b)]
	other[sprintf("renew:%s", [b])].manual
	not other[sprintf("remove-certificate:%s", [b])]
}

test_event_1037[name] if {
	newer := object.union(self_signed, {"thumbprint": b, "not_before": "2025-01-01T00:00:00Z"})
	some name, case in {
		"2010, of a CA": {"document": with_procedure("2010", [self_signed, pki]), "ids": {itc}},
		"of a CA, unknown version": {"document": with_certificates([self_signed, pki]), "ids": {"exchange-version"}},
		"self-signed, unknown version": {"document": with_certificates([self_signed, newer]), "ids": {"exchange-version"}},
		"not valid yet": {
			"document": with_procedure("2010", [self_signed, object.union(newer, {"not_before": "2027-01-01T00:00:00Z"})]),
			"ids": {sprintf("clock:%s", [b])},
		},
	}
	object.keys(planned(case.document)) == case.ids
}

test_the_certificate_of_the_server_itself_is_not_valid_yet if {
	found := planned(with_certificates([object.union(self_signed, {"not_before": "2027-01-01T00:00:00Z"})]))
	"TC025" in found[itc].why
}

test_names_that_no_certificate_has[name] if {
	cluster := {"host": {"nlb_cluster_names": ["nlb.corp.contoso.test"]}}
	some name, case in {
		"a new one": {
			"document": object.union(document, cluster),
			"id": "certificate-for-names",
			"commands": ["New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01' -DomainName 'EX01','nlb.corp.contoso.test' -IncludeServerFQDN -Services SMTP"],
			"answer": "No",
		},
		"a new one that is best": {
			"document": object.union(with_procedure("2010", [self_signed]), cluster),
			"id": itc,
			"commands": ["New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01' -DomainName 'EX01','nlb.corp.contoso.test' -IncludeServerFQDN -Services SMTP"],
			"answer": "Yes",
		},
	}
	action := planned(case.document)[case.id]
	action.why == ["TC015"]
	action.commands == case.commands
	action.prompt.answer == case.answer
}

test_names_that_the_ca_has_to_put_into_a_certificate if {
	loaded := object.union(with_procedure("2010", [pki]), {"directory": {"internal_transport_certificate": b}, "host": {"nlb_cluster_names": ["nlb.corp.contoso.test"]}})
	planned(loaded)["ca-certificate-for-names"].manual
	"TC015" in planned(object.union(loaded, unreadable))["directory-readable"].why
}

test_after_the_change[name] if {
	some name, case in {
		"2016": {"facts": {"exchange_version": "15.2.1748.10"}, "services": "'MSExchangeTransport', 'MSExchangeFrontEndTransport'", "more": 0},
		"2010": {"facts": {"exchange_version": "14.3.513.0"}, "services": "'MSExchangeTransport'", "more": 0},
		"Edge": {"facts": {"exchange_version": "15.2.1748.10", "roles": ["EdgeTransport"]}, "services": "'MSExchangeTransport'", "more": 1},
		"subscribed": {
			"facts": {"exchange_version": "15.2.1748.10", "edge_subscriptions": [{"name": "EDGE01"}]},
			"services": "'MSExchangeTransport', 'MSExchangeFrontEndTransport'",
			"more": 1,
		},
	}
	action := planned(object.union_n([document, lost, case.facts]))[itc]
	action.afterwards[0].command == sprintf("Restart-Service %s", [case.services])
	[after | some after in action.afterwards; is_null(after.command); contains(after.text, "Edge subscription")]
	count(action.afterwards) == 1 + case.more
}

test_the_auth_certificate if {
	found := planned(with_certificates([self_signed, object.union(auth, expired)]))
	action := found["auth-certificate"]
	action.why == ["TC024", "TC026"]
	action.prompt.answer == "No"
	action.commands == [
		concat(" ", [
			"$auth = New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true",
			"-SubjectName 'cn=Microsoft Exchange Server Auth Certificate'",
			"-FriendlyName 'Microsoft Exchange Server Auth Certificate' -DomainName @() -Server 'EX01'",
		]),
	]
	found["publish-auth-certificate"].why == ["TC024", "TC026"]
	found["publish-auth-certificate"].commands == [
		"Set-AuthConfig -NewCertificateThumbprint $auth.Thumbprint -NewCertificateEffectiveDate (Get-Date)",
		"Set-AuthConfig -PublishCertificate",
	]
}

# Whatever is wrong with the Auth certificate, it is never removed before there is another one.
test_an_auth_certificate_is_replaced_before_it_is_removed[name] if {
	some name, change in {
		"weak key": {"key_bits": 1024},
		"weak signature": {"signature_algorithm": "SHA1-RSA"},
		"no private key": {"has_private_key": false},
		"revoked": {"trust": {"chain": "untrusted", "revoked": true}},
	}
	old := object.union(auth, change)
	found := planned(with_certificates([self_signed, old]))
	object.keys(found) == {"auth-certificate", "publish-auth-certificate", sprintf("remove-certificate:%s", [old.thumbprint])}
	contains(found[sprintf("remove-certificate:%s", [old.thumbprint])].description, "Get-AuthConfig")
	beside_another := planned(with_certificates([self_signed, old, object.union(auth, {"thumbprint": b})]))
	object.keys(beside_another) == {sprintf("remove-certificate:%s", [old.thumbprint])}
}

test_event_1037_beside_another_certificate[name] if {
	old := object.union_n([self_signed, expired, {"thumbprint": c, "services": ["SMTP"]}])
	newer := object.union(self_signed, {"thumbprint": b, "not_before": "2025-01-01T00:00:00Z"})
	some name, case in {
		"2010": {"document": with_procedure("2010", [self_signed, pki, old]), "id": itc},
		"unknown version": {"document": with_certificates([self_signed, newer, old]), "id": "exchange-version"},
	}
	object.keys(planned(case.document)) == {case.id, sprintf("remove-certificate:%s", [c])}
}

test_a_revoked_self_signed_certificate if {
	found := planned(with_certificates([object.union(self_signed, {"trust": {"chain": "unknown", "revoked": true}})]))
	"TC033" in found[itc].why
	contains(found[itc].commands[0], "New-ExchangeCertificate")
}

test_a_new_certificate_by_its_name if {
	value := object.union_n([document, lost, {"procedure": "2016", "certificates": [], "connectors": [object.union(
		document.connectors[0],
		{"auth_mechanisms": ["Tls", "ExchangeServer"], "tls_certificate_name": "<I>CN=EX01<S>CN=EX01"},
	)]}])
	12014 in planned(value)[itc].why
}

# Whether each question is answered in a plan, and where it is answered with Yes.
answers(value) := {id: action.prompt.answer |
	some id, action in planned(value)
	contains(action.prompt.question, "Overwrite")
}

# In 2007 and 2010 the most recent self-signed certificate is the best.
test_one_new_internal_transport_certificate_in_2010[name] if {
	old := object.union(self_signed, expired)
	for_mail := {"subject_common_names": [], "dns_names": ["ex01.corp.contoso.test", "mail.contoso.test"]}
	tls := {"connectors": [object.union(document.connectors[0], {"auth_mechanisms": ["Tls", "ExchangeServer"]})]}
	named := object.union(document.connectors[0], {"auth_mechanisms": ["Tls", "ExchangeServer"], "fqdn": "EX01"})
	some name, case in {
		"the loaded one is renewed rather than another one enabled and it renewed too": {
			"document": object.union(
				with_procedure("2010", [old, object.union(self_signed, {
					"thumbprint": b, "not_before": "2025-01-01T00:00:00Z", "dns_names": ["EX01"],
				})]),
				tls,
			),
			"answers": {itc: "Yes"},
		},
		"made after one that is renewed": {
			"document": object.union(with_procedure("2010", [old, object.union_n([old, for_mail, {"thumbprint": b}])]), {
				"connectors": [named, {"name": "Mail", "auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test"}],
			}),
			"answers": {itc: "Yes", sprintf("renew:%s", [b]): "No"},
		},
		"made where one that gets SMTP leaves out a name": {
			"document": object.union(with_procedure("2010", [object.union(self_signed, {"services": [], "dns_names": ["EX01"]})]), {"connectors": [named]}),
			"answers": {itc: "Yes", sprintf("enable-smtp:%s", [a]): "No"},
		},
		"made for the host name, which a certificate of a CA need not have": {
			"document": object.union(
				with_procedure("2010", [object.union(pki, {
					"subject_common_names": [], "dns_names": ["ex01.corp.contoso.test"], "trust": {"valid_until": "2026-01-01T00:00:00Z"},
				})]),
				{"connectors": [named]},
			),
			"answers": {itc: "Yes"},
		},
		"made for a connector that is to offer STARTTLS": {
			"document": object.union(with_procedure("2010", [object.union(self_signed, {"dns_names": []})]), {"connectors": [object.union(
				document.connectors[0],
				{"require_tls": true},
			)]}),
			"answers": {itc: "Yes"},
		},
	}
	answers(case.document) == case.answers
}

# A certificate of a CA takes the place of another one, and is the best once it has SMTP.
test_an_heir_becomes_the_internal_transport_certificate_in_2010 if {
	soon := object.union(pki, {"not_after": "2026-12-01T00:00:00Z", "services": ["SMTP"]})
	heir := object.union(pki, {"thumbprint": c, "not_before": "2026-01-01T00:00:00Z", "services": ["IIS"]})
	value := object.union(with_procedure("2010", [self_signed, soon, heir]), {"directory": {"internal_transport_certificate": b}})
	answers(value) == {itc: "Yes"}
	planned(value)[itc].commands == [enable(c)]
}

# No command and no effect has the dot.
test_the_name_of_the_host_is_a_dot[name] if {
	some name, case in {
		"a connector searches for it": {"connector": {"auth_mechanisms": ["Tls", "ExchangeServer"], "fqdn": ""}, "why": [12014, "TC005", "TC016"]},
		"a connector cannot keep its FQDN": {"connector": {"fqdn": "mail.contoso.test"}, "why": ["TC016", "TC042"]},
		"a connector's FQDN is a dot too": {"connector": {"auth_mechanisms": ["Tls", "ExchangeServer"], "fqdn": "."}, "why": [12014, "TC005", "TC016", "TC042"]},
		"a connector lacks ExchangeServer": {"connector": {"auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test"}, "why": [12014, "TC005", "TC016", "TC040"]},
		"a connector lacks Tls": {"connector": {"auth_mechanisms": ["ExchangeServer"], "fqdn": ".", "require_tls": true}, "why": ["TC016", "TC042", "TC046"]},
	}
	value := object.union(document, {
		"procedure": "2016", "host": {"physical_dns_fqdn": "."},
		"connectors": [object.union(connector, case.connector)],
	})
	found := planned(value)
	found["gather-host"].why == case.why
	every action in found {
		every command in action.commands { not contains(command, "'.'") }
		every change in object.get(action, "effect", []) { not change.value == "." }
	}
}

test_a_certificate_for_a_server_whose_fqdn_is_a_dot[procedure] if {
	some procedure, command in {
		"2007": "New-ExchangeCertificate -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01' -DomainName 'EX01','ex01.corp.contoso.test' -Services SMTP",
		"2016": "New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01' -DomainName 'EX01','ex01.corp.contoso.test' -IncludeServerFQDN -Services SMTP",
	}
	value := object.union_n([with_procedure(procedure, []), not_set, {"host": {"physical_dns_fqdn": ".", "dns_fqdn": "ex01.corp.contoso.test."}}])
	action := planned(object.union(value, startup))[itc]
	action.commands == [command]
	action.effect[0].value.dns_names == ["EX01", "ex01.corp.contoso.test"]
}

test_an_edge_subscription[procedure] if {
	some procedure, imported in {
		"2007": "-FileName 'C:\\EdgeSubscription.xml'",
		"2016": "-FileData ([System.IO.File]::ReadAllBytes('C:\\EdgeSubscription.xml'))",
	}
	value := object.union(with_procedure(procedure, [self_signed]), {"edge_subscriptions": [{"name": "EX01", "thumbprint": b}]})
	action := planned(value)["edge-subscription:EX01"]
	action.commands == [
		"New-EdgeSubscription -FileName 'C:\\EdgeSubscription.xml'",
		sprintf("New-EdgeSubscription %s -Site (Get-EdgeSubscription 'EX01').Site.Name", [imported]),
		"Start-EdgeSynchronization",
	]
	action.prompt.answer == "Yes"
	action.effect == [{"op": "add", "path": "/edge_subscriptions/0/thumbprint", "value": a}]

	# With the certificate that will be the internal transport certificate.
	renewed := object.union(value, {"certificates": [object.union(self_signed, expired)]})
	made := planned(renewed)
	made["edge-subscription:EX01"].effect[0].value == made[itc].effect[0].value.thumbprint
}

# What is not known of the internal transport certificate changes nothing on the server.
test_unknown_facts_are_gathered_before_anything_is_changed[name] if {
	some name, case in {
		"private key and services": {"change": {"has_private_key": null, "services": null}, "rule": "TC012"},
		"services": {"change": {"services": null}, "rule": "TC012"},
		"services and trust": {"change": {"services": null, "self_signed": false, "trust": {"chain": "unknown"}}, "rule": "TC012"},
		"self-signed": {"change": {"self_signed": null}, "rule": "TC013"},
		"trust": {"change": {"self_signed": false, "trust": {"chain": "unknown"}}, "rule": "TC013"},
	}
	some procedure in ["2010", "2016"]
	found := planned(object.union(with_certificates([object.union(self_signed, case.change)]), {"procedure": procedure}))
	object.keys(found) == {"gather-facts"}
	case.rule in found["gather-facts"].why
}

test_known_faults_are_repaired_although_facts_are_unknown[name] if {
	some name, change in {
		"untrusted": {"self_signed": false, "trust": {"chain": "untrusted"}},
		"no services, key unknown": {"has_private_key": null, "services": []},
		"expired": {"services": null, "not_after": "2026-11-22T06:59:59Z"},
		"another name": {"services": null, "subject_common_names": [], "dns_names": ["mail.contoso.test"]},
	}
	planned(object.union(with_certificates([object.union(self_signed, change)]), {"procedure": "2016"}))[itc]
}
