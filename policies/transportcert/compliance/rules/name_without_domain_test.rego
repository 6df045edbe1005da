package transportcert.compliance.rules_test

test_a_name_without_a_domain if {
	found := only("TC016", object.union(document, {"host": {"dns_fqdn": "EX01.", "physical_dns_fqdn": "EX01"}}))
	[[f.severity, f.message, f.path] | some f in found] == [
		["warning", "EX01: the FQDN EX01. has no domain.", "host.dns_fqdn"],
		["warning", "EX01: the FQDN EX01 has no domain.", "host.physical_dns_fqdn"],
	]
}

test_a_dot_is_not_a_name if {
	found := only("TC016", object.union(document, {"host": {"dns_fqdn": ".", "physical_dns_fqdn": "ex01.."}}))
	[[f.message, f.action] | some f in found] == [
		["EX01: the FQDN . has no domain.", "gather-host"],
		["EX01: the FQDN ex01.. has no domain.", "gather-host"],
	]
}
