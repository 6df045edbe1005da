package transportcert.compliance_test

import data.transportcert.compliance

without := {"auth_mechanisms": ["Tls", "BasicAuth"]}

relay := object.union(without, {"name": "Relay"})

test_no_connector_authenticates_exchange_servers[name] if {
	some name, case in {
		"port 25": {"connectors": [without], "ids": ["TC040"]},
		"port 2525": {"connectors": [object.union(without, {"bindings": ["[::]:2525"]})], "ids": ["TC040"]},
		"one of several bindings": {"connectors": [object.union(without, {"bindings": ["0.0.0.0:587", "0.0.0.0:25"]})], "ids": ["TC040"]},
		"bindings not known": {"connectors": [object.union(without, {"bindings": []})], "ids": ["TC040"]},
		"other port": {"connectors": [object.union(relay, {"bindings": ["0.0.0.0:587"]})], "ids": []},
		"port that ends alike": {"connectors": [object.union(relay, {"bindings": ["0.0.0.0:1025", "0.0.0.0:325"]})], "ids": []},
		"relay beside one that has it": {"connectors": [{}, relay], "ids": []},
		"relay beside one that has it and is disabled": {"connectors": [{"enabled": false}, relay], "ids": ["TC040"]},
		"relay beside one that has it on another port": {"connectors": [{"bindings": ["0.0.0.0:465"]}, relay], "ids": ["TC040"]},
		"disabled": {"connectors": [object.union(without, {"enabled": false})], "ids": []},
		"none": {"connectors": [], "ids": []},
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
		"EX01: no connector on which other Exchange servers can come in has ExchangeServer: Default EX01, Relay.",
		"connectors",
		null,
		concat("\n", [
			"# For the connector on which other Exchange servers come in; Setup calls it Default and the server's name:",
			`Set-ReceiveConnector 'EX01\Default EX01' -AuthMechanism ((Get-ReceiveConnector 'EX01\Default EX01').AuthMechanism.ToString() + ', ExchangeServer')`,
		]),
	]]
}

test_a_connector_of_setup_does_not_authenticate_exchange_servers[name] if {
	some name, change in {
		"Default": {"name": "Default EX01"},
		"Default Frontend": {"name": "Default Frontend EX01"},
		"Client Proxy": {"name": "Client Proxy EX01", "bindings": ["0.0.0.0:465"]},
		"Outbound Proxy Frontend": {"name": "Outbound Proxy Frontend EX01", "bindings": ["0.0.0.0:717"]},
		"Edge": {"name": "Default internal receive connector EX01"},
		"other letters": {"name": "default ex01"},
	}
	found := compliance.findings with input as with_connectors([{"name": "In"}, object.union(without, change)])
	[[f.rule_id, f.severity, f.message, f.path, f.connector] | some f in found] == [[
		"TC041",
		"warning",
		sprintf("EX01: %s has no ExchangeServer, which Setup gave it.", [change.name]),
		"connectors[1].auth_mechanisms",
		change.name,
	]]
}

test_a_connector_of_setup_in_commands if {
	found := only("TC041", with_connectors([{"name": "In"}, without]))
	found[0].remediation == `Set-ReceiveConnector 'EX01\Default EX01' -AuthMechanism ((Get-ReceiveConnector 'EX01\Default EX01').AuthMechanism.ToString() + ', ExchangeServer')`
}

test_connectors_that_need_no_exchange_server[name] if {
	some name, change in {
		"Client Frontend": {"name": "Client Frontend EX01", "bindings": ["0.0.0.0:587"]},
		"of another server": {"name": "Default EX02"},
		"disabled": {"name": "Default EX01", "enabled": false},
	}
	reported(with_connectors([{"name": "In"}, object.union(without, change)])) == []
}

test_a_connector_of_setup_is_not_named_where_none_has_it if {
	reported(with_connectors([without])) == ["TC040"]
}

test_fqdn[name] if {
	some name, case in {
		"FQDN": {"change": {"fqdn": "EX01.corp.contoso.test."}, "ids": []},
		"NetBIOS name": {"change": {"fqdn": "ex01"}, "ids": []},
		"nothing": {"change": {"fqdn": ""}, "ids": []},
		"other name": {"change": {"fqdn": "mail.contoso.test"}, "ids": ["TC042"]},
		"other name, disabled": {"change": {"fqdn": "mail.contoso.test", "enabled": false}, "ids": []},
		"other name, without ExchangeServer": {"change": object.union(relay, {"fqdn": "mail.contoso.test"}), "ids": []},
	}
	reported(with_connectors([{}, case.change])) == case.ids
}

test_fqdn_of_a_cluster if {
	clustered := {"host": {"nlb_cluster_names": ["mail.contoso.test"]}}
	not "TC042" in reported(object.union(with_connectors([{"fqdn": "mail.contoso.test"}]), clustered))
}

test_fqdn_of_the_server_alone if {
	named := {"server": "EDGE01"}
	not "TC042" in reported(object.union(with_connectors([{"fqdn": "edge01"}]), named))
}

test_an_absent_fqdn_is_none if {
	reported(object.union(document, {"connectors": [object.remove(connector, ["fqdn"])]})) == []
}

test_fqdn_in_full if {
	found := only("TC042", with_connectors([{}, {"name": "In", "fqdn": "mail.contoso.test"}]))
	[[f.severity, f.message, f.path, f.connector, f.remediation] | some f in found] == [[
		"warning",
		"EX01: In has ExchangeServer and the FQDN mail.contoso.test, which is none of the server's names.",
		"connectors[1].fqdn",
		"In",
		`Set-ReceiveConnector 'EX01\In' -Fqdn 'ex01.corp.contoso.test'`,
	]]
}
