package transportcert.compliance.rules_test

# A certificate of Contoso's CA, and the TlsCertificateName that names it.
issued := object.union(pki, {
	"issuer": `CN=Contoso CA, O="Contoso, Inc.", S=Washington`,
	"subject": "CN=mail.contoso.test, O=Contoso",
})

name_of_issued := `<I>CN=Contoso CA, O="Contoso, Inc.", S=Washington<S>CN=mail.contoso.test, O=Contoso`

# A document with that certificate and another TlsCertificateName for the only Receive connector, or for a Send connector.
receiving(value) := object.union(
	with_certificates([self_signed, issued]),
	{"procedure": "2016", "connectors": [object.union(with_tls, {"tls_certificate_name": value})]},
)

sending(changes) := object.union(
	with_certificates([self_signed, issued]),
	{"procedure": "2016", "send_connectors": [object.union(
		{"name": "To Partner", "source_servers": ["EX01"], "tls_certificate_name": name_of_issued},
		changes,
	)]},
)

# The findings about TlsCertificateNames.
about_names(value) := [id | some id in reported(value); startswith(id, "TC06")]

test_names_of_receive_connectors[name] if {
	some name, case in {
		"right": {"value": name_of_issued, "ids": []},
		"other letters": {"value": upper(name_of_issued), "ids": []},
		"not set": {"value": null, "ids": []},
		"empty": {"value": "", "ids": []},
		"no <I>": {"value": "CN=Contoso CA<S>CN=mail.contoso.test", "ids": ["TC060"]},
		"no <S>": {"value": "<I>CN=Contoso CA", "ids": ["TC060"]},
		"no issuer": {"value": "<I><S>CN=mail.contoso.test", "ids": ["TC060"]},
		"the wrong way round": {"value": "<S>CN=mail.contoso.test<I>CN=Contoso CA", "ids": ["TC060"]},
		"a space before": {"value": concat("", [" ", name_of_issued]), "ids": ["TC060"]},
		"a thumbprint": {"value": b, "ids": ["TC060"]},
		"another subject": {"value": replace(name_of_issued, "mail", "smtp"), "ids": ["TC061"]},
		"another issuer": {"value": replace(name_of_issued, "CN=Contoso CA", "CN=Contoso CA 2"), "ids": ["TC061"]},
		"the quotes missing": {"value": replace(name_of_issued, `"`, ""), "ids": ["TC061"]},
		"no subject": {"value": "<I>CN=Contoso CA<S>", "ids": ["TC061"]},
		"no spaces": {"value": replace(name_of_issued, ", ", ","), "ids": ["TC063"]},
		"the other order": {"value": replace(name_of_issued, "CN=mail.contoso.test, O=Contoso", "o=contoso, cn=MAIL.contoso.test"), "ids": ["TC063"]},
		"the issuer in the other order": {
			"value": replace(name_of_issued, `CN=Contoso CA, O="Contoso, Inc.", S=Washington`, `S=Washington, O="Contoso, Inc.", CN=Contoso CA`),
			"ids": ["TC063"],
		},
		"a part missing": {"value": replace(name_of_issued, ", S=Washington", ""), "ids": ["TC061"]},
	}
	about_names(receiving(case.value)) == case.ids
}

test_names_of_send_connectors[name] if {
	some name, case in {
		"right": {"change": {}, "ids": []},
		"wrong form": {"change": {"tls_certificate_name": "mail.contoso.test"}, "ids": ["TC060"]},
		"names nothing": {"change": {"tls_certificate_name": "<I>CN=x<S>CN=y"}, "ids": ["TC065"]},
		"almost": {"change": {"tls_certificate_name": replace(name_of_issued, ", ", ",")}, "ids": ["TC063"]},
		"by FQDN": {
			"change": {"tls_certificate_name": "<I>CN=x<S>CN=y", "source_servers": ["EX02", "ex01.CORP.contoso.test"]},
			"ids": ["TC065"],
		},
		"from another server": {"change": {"tls_certificate_name": "<I>CN=x<S>CN=y", "source_servers": ["EX02"]}, "ids": []},
		"wrong form, from another server": {"change": {"tls_certificate_name": "x", "source_servers": ["EX02"]}, "ids": []},
		"source servers none": {"change": {"tls_certificate_name": "<I>CN=x<S>CN=y", "source_servers": []}, "ids": []},
		"disabled": {"change": {"tls_certificate_name": "<I>CN=x<S>CN=y", "enabled": false}, "ids": []},
		"empty": {"change": {"tls_certificate_name": ""}, "ids": []},
	}
	about_names(sending(case.change)) == case.ids
}

test_names_that_nothing_uses[name] if {
	some name, change in {
		"disabled": {"enabled": false},
		"without Tls": {"auth_mechanisms": ["ExchangeServer"]},
	}
	about_names(object.union(
		document,
		{"procedure": "2016", "connectors": [connector, object.union_n([with_tls, {"tls_certificate_name": "x"}, change])]},
	)) == []
}

test_exchange_2007_and_2010_know_no_tls_certificate_name[name] if {
	some name, case in {
		"2007": {"facts": {"procedure": "2007"}, "ids": []},
		"2010": {"facts": {"exchange_version": "14.3.513.0"}, "ids": []},
		"2013": {"facts": {"exchange_version": "15.0.1497.2"}, "ids": ["TC060"]},
		"unknown": {"facts": {}, "ids": ["TC060"]},
	}
	about_names(object.union(object.remove(receiving("x"), ["procedure"]), case.facts)) == case.ids
	about_names(object.union(object.remove(sending({"tls_certificate_name": "x"}), ["procedure"]), case.facts)) == case.ids
}

test_sections_that_were_not_gathered if {
	about_names(object.union(document, {"procedure": "2016"})) == []
	about_names(object.union(sending({}), {"send_connectors": [{"name": "To Partner", "tls_certificate_name": "x"}]})) == []
	about_names(object.union(sending({}), {"send_connectors": [{"name": "To Partner", "source_servers": ["EX01"]}]})) == []
}

# The same with the last line of each remediation.
last_lines(found) := [array.concat(array.slice(f, 0, 5), [lines[count(lines) - 1]]) |
	some f in found
	lines := split(f[5], "\n")
]

# The last two are what the finding says, the others where.
in_full(id, value) := [[f.severity, f.path, f.connector, f.thumbprint, f.message, f.remediation] | some f in only(id, value)]

test_a_malformed_name_in_full if {
	in_full("TC060", receiving("mail.contoso.test")) == [[
		"error",
		"connectors[0].tls_certificate_name",
		"Default EX01",
		null,
		"EX01: the Receive connector Default EX01 has the TlsCertificateName mail.contoso.test; expected <I>issuer<S>subject.",
		concat("\n", [
			sprintf("$certificate = Get-ExchangeCertificate -Thumbprint %s -Server 'EX01'", [a]),
			`Set-ReceiveConnector 'EX01\Default EX01' -TlsCertificateName "<I>$($certificate.Issuer)<S>$($certificate.Subject)"`,
		]),
	]]
}

test_a_name_without_a_certificate_in_full if {
	found := in_full("TC061", receiving("<I>CN=x<S>CN=y"))
	[array.slice(f, 0, 5) | some f in found] == [[
		"error",
		"connectors[0].tls_certificate_name",
		"Default EX01",
		null,
		"EX01: the Receive connector Default EX01 has the TlsCertificateName <I>CN=x<S>CN=y, but no certificate in the store has this issuer and subject.",
	]]
}

test_a_source_server_without_the_certificate_in_full if {
	last_lines(in_full("TC065", sending({"tls_certificate_name": "<I>CN=x<S>CN=y"}))) == [[
		"error",
		"send_connectors[0].tls_certificate_name",
		"To Partner",
		null,
		"EX01: the Send connector To Partner has the TlsCertificateName <I>CN=x<S>CN=y, but no certificate in the store has this issuer and subject.",
		`Import-ExchangeCertificate -Server 'EX01' -FileData ([System.IO.File]::ReadAllBytes('C:\certificate.pfx')) -Password (Read-Host 'Password' -AsSecureString)`,
	]]
}

test_a_name_that_almost_names_a_certificate_in_full if {
	almost := replace(name_of_issued, ", ", ",")
	in_full("TC063", renewed(sending({"name": "O'Hara", "tls_certificate_name": almost}))) == [[
		"error",
		"send_connectors[0].tls_certificate_name",
		"O'Hara",
		c,
		sprintf("EX01: the Send connector O'Hara has the TlsCertificateName %s, which differs from that of the certificate %s only in spaces or in the order of the parts.", [almost, c]),
		concat("\n", [
			sprintf("$certificate = Get-ExchangeCertificate -Thumbprint %s -Server 'EX01'", [c]),
			`Set-SendConnector 'O''Hara' -TlsCertificateName "<I>$($certificate.Issuer)<S>$($certificate.Subject)"`,
		]),
	]]
}

# A document after the CA's certificate was renewed with the same issuer and subject.
renewed(value) := object.union(value, {"certificates": array.concat(
	value.certificates,
	[object.union(issued, {"thumbprint": c, "not_before": "2026-01-01T00:00:00Z", "trust": {"valid_from": "2026-01-01T00:00:00Z"}})],
)})

test_a_name_of_several_certificates if {
	about_names(renewed(receiving(name_of_issued))) == ["TC062"]
	in_full("TC062", renewed(sending({}))) == [[
		"info",
		"send_connectors[0].tls_certificate_name",
		"To Partner",
		null,
		sprintf("EX01: the Send connector To Partner has a TlsCertificateName that matches 2 certificates: %s, %s.", [b, c]),
		"Check that the certificate that Exchange prefers is the one that you want.",
	]]
}

# A TlsCertificateName of so many characters.
long(characters) := concat("", ["<I>CN=x<S>CN=", sprintf("%0*d", [characters - 13, 0])])

test_names_too_long_for_an_edge_server[name] if {
	some name, case in {
		"256 characters": {"document": edge(receiving(long(256))), "ids": ["TC061"]},
		"257 characters": {"document": edge(receiving(long(257))), "ids": ["TC061", "TC064"]},
		"characters, not bytes": {"document": edge(receiving(replace(long(256), "0", "é"))), "ids": ["TC061"]},
		"roles unknown": {"document": receiving(long(257)), "ids": ["TC061"]},
		"no Edge server": {"document": object.union(receiving(long(257)), {"roles": ["Mailbox"]}), "ids": ["TC061"]},
		"Edge subscription": {"document": with_subscription(receiving(long(257))), "ids": ["TC061", "TC064"]},
		"no Edge subscription": {"document": object.union(receiving(long(257)), {"edge_subscriptions": []}), "ids": ["TC061"]},
		"Send connector": {"document": edge(sending({"tls_certificate_name": long(257)})), "ids": ["TC064", "TC065"]},
		"Send connector of the subscribed server": {
			"document": with_subscription(sending({"tls_certificate_name": long(257), "source_servers": ["edge01"]})),
			"ids": ["TC064"],
		},
		"Send connector of another server": {
			"document": with_subscription(sending({"tls_certificate_name": long(257), "source_servers": ["EX02"]})),
			"ids": [],
		},
		"Send connector of the subscribed server, disabled": {
			"document": with_subscription(sending({
				"tls_certificate_name": long(257),
				"source_servers": ["EDGE01"],
				"enabled": false,
			})),
			"ids": [],
		},
		"Send connector without a name": {
			"document": with_subscription(object.union(
				sending({}),
				{"send_connectors": [{"name": "To Partner", "source_servers": ["EDGE01"]}]},
			)),
			"ids": [],
		},
	}
	about_names(case.document) == case.ids
}

edge(value) := object.union(value, {"roles": ["EdgeTransport"]})

with_subscription(value) := object.union(value, {"edge_subscriptions": [{"name": "EDGE01"}]})

test_a_name_too_long_in_full if {
	found := in_full("TC064", edge(receiving(long(300))))
	[array.slice(f, 0, 5) | some f in found] == [[
		"error",
		"connectors[0].tls_certificate_name",
		"Default EX01",
		null,
		"EX01: the Receive connector Default EX01 has a TlsCertificateName of 300 characters; an Edge server stores only 256.",
	]]
}
