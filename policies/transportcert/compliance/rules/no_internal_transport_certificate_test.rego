package transportcert.compliance.rules_test

import data.transportcert.compliance

test_no_internal_transport_certificate[name] if {
	some name, case in {
		"not set": {
			"document": object.union(document, not_set),
			"message": "EX01: msExchServerInternalTLSCert is not set in the directory, so no internal transport certificate is loaded.",
			"thumbprint": null,
		},
		"not in the store, and no event": {
			"document": object.union(with_certificates([pki]), without_exchange_server),
			"message": sprintf("EX01: the directory names the internal transport certificate %s, but it is not in the store.", [a]),
			"thumbprint": a,
		},
	}
	found := compliance.findings with input as case.document
	[[f.rule_id, f.severity, f.message, f.thumbprint, f.path] | some f in found] == [[
		"TC011",
		"error",
		case.message,
		case.thumbprint,
		"directory.internal_transport_certificate",
	]]
}

test_no_internal_transport_certificate_names_the_best if {
	found := only("TC011", object.union(document, not_set))
	found[0].remediation == sprintf("# Answer Yes when asked: Overwrite the existing default SMTP certificate?\nEnable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [a])
}
