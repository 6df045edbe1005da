package transportcert.compliance.rules_test

import data.transportcert.compliance

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
		sprintf("EX01: %s does not have ExchangeServer, which Setup enables by default.", [change.name]),
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
