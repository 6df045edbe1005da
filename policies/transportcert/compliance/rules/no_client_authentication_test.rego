package transportcert.compliance.rules_test

# sending_with returns a document whose Send connector names a certificate with some extended key usages.
sending_with(usages, changes) := object.union(sending(changes), {"certificates": [
	self_signed,
	object.union(issued, {"extended_key_usages": usages}),
]})

test_certificates_of_send_connectors[name] if {
	server_alone := ["1.3.6.1.5.5.7.3.1"]
	some name, case in {
		"both": {"usages": ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"], "change": {}, "ids": []},
		"any usage": {"usages": ["2.5.29.37.0"], "change": {}, "ids": []},
		"no extension": {"usages": null, "change": {}, "ids": []},
		"server authentication alone": {"usages": server_alone, "change": {}, "ids": ["TC038"]},
		"another source server": {"usages": server_alone, "change": {"source_servers": ["EX02"]}, "ids": []},
		"another certificate": {"usages": server_alone, "change": {"tls_certificate_name": other_name}, "ids": []},
		"disabled": {"usages": server_alone, "change": {"enabled": false}, "ids": []},
	}
	[id | some id in reported(sending_with(case.usages, case.change)); id == "TC038"] == case.ids
}

test_a_receive_connector_needs_no_client_authentication if {
	value := object.union(receiving(name_of_issued), {"certificates": [
		self_signed,
		object.union(issued, {"extended_key_usages": ["1.3.6.1.5.5.7.3.1"]}),
	]})
	not "TC038" in reported(value)
}

test_extended_key_usages_that_were_not_gathered_are_not_reported if not "TC038" in reported(sending({}))

test_not_for_clients_in_full if {
	in_short("TC038", sending_with(["1.3.6.1.5.5.7.3.1"], {})) == [[
		"info",
		sprintf("EX01: the best certificate %s, which the Send connector To Partner uses, is not for client authentication.", [b]),
		"certificates[1].extended_key_usages",
		b,
		"To Partner",
	]]
}
