package transportcert.compliance.rules_test

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
		"EX01: In has ExchangeServer and the FQDN mail.contoso.test, which is not one of the server's names.",
		"connectors[1].fqdn",
		"In",
		`Set-ReceiveConnector 'EX01\In' -Fqdn 'ex01.corp.contoso.test'`,
	]]
}
