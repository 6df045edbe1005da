package transportcert.compliance.rules_test

test_suppressed[name] if {
	suppressed := {"suppress_x_anonymous_tls": true}
	some name, case in {
		"suppressed": {"change": suppressed, "facts": {"procedure": "2016"}, "ids": ["TC043"]},
		"2010": {"change": suppressed, "facts": {"exchange_version": "14.3"}, "ids": ["TC043"]},
		"2007": {"change": suppressed, "facts": {"exchange_version": "8.3"}, "ids": []},
		"version unknown": {"change": suppressed, "facts": {}, "ids": ["TC043"]},
		"not suppressed": {"change": {"suppress_x_anonymous_tls": false}, "facts": {}, "ids": []},
		"disabled": {"change": object.union(suppressed, {"enabled": false}), "facts": {}, "ids": []},
		"without ExchangeServer": {"change": object.union(suppressed, {"name": "Relay", "auth_mechanisms": ["Tls"]}), "facts": {}, "ids": []},
	}
	reported(object.union(with_connectors([{"name": "In"}, case.change]), case.facts)) == case.ids
}

test_suppressed_in_full if {
	value := with_connectors([{"name": "In"}, {"suppress_x_anonymous_tls": true}])
	in_short("TC043", value) == [[
		"warning",
		"EX01: Default EX01 has SuppressXAnonymousTls set and does not offer X-ANONYMOUSTLS.",
		"connectors[1].suppress_x_anonymous_tls",
		null,
		"Default EX01",
	]]
	remediation("TC043", value) == `Set-ReceiveConnector 'EX01\Default EX01' -SuppressXAnonymousTls $false`
}
