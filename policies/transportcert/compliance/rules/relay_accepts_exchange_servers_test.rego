package transportcert.compliance.rules_test

# A document with the usual connector and a relay for some addresses, and with the address of another Exchange server.
with_relay(usual, change) := object.union(
	with_connectors([usual, object.union_n([relay, {"remote_ip_ranges": ["10.0.0.0/24"]}, change])]),
	{"exchange_server_addresses": ["10.0.1.1", "10.0.0.11"]},
)

test_a_relay_takes_exchange_servers[name] if {
	some name, case in {
		"its range has the address": {"change": {}, "ids": ["TC045"]},
		"by the address alone": {"change": {"remote_ip_ranges": ["10.0.0.11"]}, "ids": ["TC045"]},
		"one of its ranges": {"change": {"remote_ip_ranges": ["192.0.2.1", "10.0.0.11-10.0.0.12"]}, "ids": ["TC045"]},
		"just below": {"change": {"remote_ip_ranges": ["10.0.0.1-10.0.0.10"]}, "ids": []},
		"just above": {"change": {"remote_ip_ranges": ["10.0.0.12-10.0.0.20"]}, "ids": []},
		"no range": {"change": {"remote_ip_ranges": []}, "ids": []},
		"disabled": {"change": {"enabled": false}, "ids": []},
		"with ExchangeServer": {"change": {"auth_mechanisms": ["Tls", "ExchangeServer"]}, "ids": []},
		"on a port for clients": {"change": {"bindings": ["0.0.0.0:587"]}, "ids": []},
		"on 2525": {"change": {"bindings": ["0.0.0.0:2525"]}, "ids": ["TC045"]},
		"bindings unknown": {"change": {"bindings": []}, "ids": ["TC045"]},
	}
	reported(with_relay({}, case.change)) == case.ids
}

test_a_narrower_range_with_exchange_server_takes_them_first[name] if {
	some name, case in {
		"wider": {"usual": {"remote_ip_ranges": ["0.0.0.0-255.255.255.255", "::/0"]}, "ids": ["TC045"]},
		"equal": {"usual": {"remote_ip_ranges": ["10.0.0.0-10.0.0.255"]}, "ids": ["TC045"]},
		"narrower": {"usual": {"remote_ip_ranges": ["192.0.2.1", "10.0.0.0/28"]}, "ids": []},
		"narrower, another address": {"usual": {"remote_ip_ranges": ["10.0.0.16/28"]}, "ids": ["TC045"]},
		"overlapping": {"usual": {"remote_ip_ranges": ["10.0.0.11-10.0.1.11"]}, "ids": ["TC045"]},
		"narrower, on another port": {"usual": {"remote_ip_ranges": ["10.0.0.11"], "bindings": ["0.0.0.0:2525"]}, "ids": ["TC045"]},
		"narrower, disabled": {"usual": {"remote_ip_ranges": ["10.0.0.11"], "enabled": false}, "ids": ["TC040", "TC045"]},
		"narrower, without ExchangeServer": {
			"usual": {"name": "In", "remote_ip_ranges": ["10.0.0.11"], "auth_mechanisms": ["Tls"]},
			"ids": ["TC040", "TC045", "TC045"],
		},
	}
	reported(with_relay(case.usual, {})) == case.ids
}

test_a_relay_for_servers_that_nobody_knows_is_not_reported[name] if {
	some name, section in {
		"ranges not gathered": object.union(with_connectors([{}, relay]), {"exchange_server_addresses": ["10.0.0.11"]}),
		"addresses not gathered": with_connectors([{}, object.union(relay, {"remote_ip_ranges": ["10.0.0.0/24"]})]),
		"no addresses": object.union(
			with_connectors([{}, object.union(relay, {"remote_ip_ranges": ["10.0.0.0/24"]})]),
			{"exchange_server_addresses": []},
		),
	}
	reported(section) == []
}

test_a_relay_in_full if {
	found := only("TC045", object.union(
		with_relay({}, {"remote_ip_ranges": ["10.0.0.0/23"]}),
		{"exchange_server_addresses": ["10.0.0.11", "fd00::11", "10.0.1.11"]},
	))
	[[f.severity, f.message, f.path, f.connector] | some f in found] == [[
		"warning",
		"EX01: Relay does not have ExchangeServer, but accepts sessions from Exchange servers: 10.0.0.11, 10.0.1.11.",
		"connectors[1].remote_ip_ranges",
		"Relay",
	]]
	found[0].action == "receive-connector:Relay"
	contains(found[0].remediation, "-RemoteIPRanges '10.0.0.11','10.0.1.11' ")
}

test_a_message_names_five_addresses[number] if {
	some number, last in {5: "10.0.0.5", 6: "10.0.0.5 and 1 more", 20: "10.0.0.5 and 15 more"}
	found := only("TC045", object.union(
		with_relay({}, {}),
		{"exchange_server_addresses": [sprintf("10.0.0.%d", [i]) | some i in numbers.range(1, number)]},
	))
	endswith(found[0].message, sprintf("from Exchange servers: 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, %s.", [last]))
}
