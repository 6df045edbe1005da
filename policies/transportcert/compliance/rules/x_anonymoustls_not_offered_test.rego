package transportcert.compliance.rules_test

test_x_anonymoustls_not_offered[name] if {
	suppressed := object.union(with_connectors([{"suppress_x_anonymous_tls": true}]), {"procedure": "2016"})
	some name, case in {
		"offered": {"document": document, "ids": []},
		"no connector": {"document": with_connectors([]), "ids": ["TC044"]},
		"disabled": {"document": with_connectors([{"enabled": false}]), "ids": ["TC044"]},
		"suppressed": {"document": suppressed, "ids": ["TC043", "TC044"]},
		"one of two suppressed": {
			"document": object.union(with_connectors([{"name": "In"}, {"suppress_x_anonymous_tls": true}]), {"procedure": "2016"}),
			"ids": ["TC043"],
		},
		"without ExchangeServer": {"document": with_connectors([{"auth_mechanisms": ["BasicAuth"]}]), "ids": ["TC040"]},
		"only for clients": {
			"document": with_connectors([{"auth_mechanisms": ["BasicAuth"], "bindings": ["0.0.0.0:587"]}]),
			"ids": ["TC044"],
		},
		"a role that transports no mail": {"document": object.union(with_connectors([]), {"roles": ["ClientAccess"]}), "ids": []},
		"a role that transports mail": {"document": object.union(with_connectors([]), {"roles": ["Mailbox"]}), "ids": ["TC044"]},
		"nothing loaded": {"document": object.union(with_connectors([]), not_set), "ids": ["TC011", "TC044"]},
	}
	[id | some id in reported(case.document); id in {"TC011", "TC040", "TC043", "TC044"}] == case.ids
}

test_x_anonymoustls_not_offered_in_full if {
	in_short("TC044", with_connectors([])) == [[
		"error",
		"EX01: no connector offers X-ANONYMOUSTLS to other Exchange servers.",
		"connectors",
		null,
		null,
	]]
}
