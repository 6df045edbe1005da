package transportcert.compliance.rules_test

test_no_connector_authenticates_exchange_servers[name] if {
	some name, case in {
		"port 25": {"connectors": [without], "ids": ["TC040"]},
		"port 2525": {"connectors": [object.union(without, {"bindings": ["[::]:2525"]})], "ids": ["TC040"]},
		"one of several bindings": {"connectors": [object.union(without, {"bindings": ["0.0.0.0:587", "0.0.0.0:25"]})], "ids": ["TC040"]},
		"bindings not known": {"connectors": [object.union(without, {"bindings": []})], "ids": ["TC040"]},
		"other port": {"connectors": [object.union(relay, {"bindings": ["0.0.0.0:587"]})], "ids": ["TC044"]},
		"port that ends alike": {"connectors": [object.union(relay, {"bindings": ["0.0.0.0:1025", "0.0.0.0:325"]})], "ids": ["TC044"]},
		"relay beside one that has it": {"connectors": [{}, relay], "ids": []},
		"relay beside one that has it and is disabled": {"connectors": [{"enabled": false}, relay], "ids": ["TC040"]},
		"relay beside one that has it on another port": {"connectors": [{"bindings": ["0.0.0.0:465"]}, relay], "ids": ["TC040"]},
		"disabled": {"connectors": [object.union(without, {"enabled": false})], "ids": ["TC044"]},
		"none": {"connectors": [], "ids": ["TC044"]},
	}
	reported(with_connectors(case.connectors)) == case.ids
}

test_bindings_that_the_document_lacks_are_not_known if {
	reported(object.union(document, {"connectors": [{"name": "Relay", "auth_mechanisms": ["Tls"]}]})) == ["TC040"]
}

test_no_connector_authenticates_exchange_servers_in_full if {
	found := only("TC040", with_connectors([without, relay]))
	[[f.severity, f.message, f.path, f.connector, f.remediation] | some f in found] == [[
		"error",
		"EX01: no connector that other Exchange servers can use has ExchangeServer: Default EX01, Relay.",
		"connectors",
		null,
		`Set-ReceiveConnector 'EX01\Default EX01' -AuthMechanism ((Get-ReceiveConnector 'EX01\Default EX01').AuthMechanism.ToString() + ', ExchangeServer')`,
	]]
}
