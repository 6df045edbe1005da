package transportcert.compliance.rules_test

test_another_certificate_replaces_the_internal_transport_certificate[name] if {
	some name, other in {
		"PKI": {"not_after": "2026-12-22T07:00:00Z"},
		"no best certificate": {"trust": {"chain": "untrusted"}},
		"begins in time": {"not_before": "2026-12-01T00:00:00Z"},
	}
	found := only("TC021", with_certificates([soon, object.union(pki, other)]))
	[[f.severity, f.message, f.path, f.thumbprint, f.action] | some f in found] == [[
		"warning",
		sprintf("EX01: the internal transport certificate %s expires on 2026-12-01T00:00:00Z; another eligible certificate is valid for longer.", [a]),
		"certificates[0].not_after",
		a,
		"internal-transport-certificate",
	]]
	count(only("TC020", with_certificates([soon, object.union(pki, other)]))) == 0
}
