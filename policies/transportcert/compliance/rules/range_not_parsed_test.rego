package transportcert.compliance.rules_test

test_ranges_that_cannot_be_read if {
	found := only("TC055", with_relay({}, {"remote_ip_ranges": ["10.0.0.11", "10.0.0.9-10.0.0.1", "EX02"]}))
	[[f.severity, f.message, f.path, f.connector] | some f in found] == [
		[
			"info",
			"EX01: Relay has the remote IP range 10.0.0.9-10.0.0.1, which cannot be parsed.",
			"connectors[1].remote_ip_ranges[1]",
			"Relay",
		],
		["info", "EX01: Relay has the remote IP range EX02, which cannot be parsed.", "connectors[1].remote_ip_ranges[2]", "Relay"],
	]
}

test_ranges_that_no_rule_reads if {
	unread := with_connectors([{"remote_ip_ranges": ["EX02"]}])
	reported(unread) == []
	reported(object.union(unread, {"exchange_server_addresses": []})) == []
	reported(object.union(unread, {"exchange_server_addresses": ["10.0.0.11"]})) == ["TC055"]
}
