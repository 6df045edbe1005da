package transportcert.compliance.rules_test

test_a_name_without_a_domain if {
	found := only("TC016", object.union(document, {"host": {"dns_fqdn": "EX01.", "physical_dns_fqdn": "EX01"}}))
	[[f.severity, f.message, f.path] | some f in found] == [
		["warning", "EX01: the FQDN EX01. has no domain.", "host.dns_fqdn"],
		["warning", "EX01: the FQDN EX01 has no domain.", "host.physical_dns_fqdn"],
	]
}
