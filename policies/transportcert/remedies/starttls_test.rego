package transportcert.remedies_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.c
import data.transportcert.document_test.example
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.inbound_starttls

# starttls returns the remediation of the only event of the example with some certificates and one connector, changed.
starttls(changes, certificates) := events[0].remediation if {
	connector := object.union({"name": "O'Hara", "auth_mechanisms": ["Tls"], "fqdn": "ex01.corp.contoso.test"}, changes)
	events := inbound_starttls.decision.events with input as object.union(example, {
		"procedure": "2016",
		"connectors": [connector],
		"certificates": certificates,
	})
	count(events) == 1
}

test_a_certificate_that_lacks_only_smtp_is_enabled[name] if {
	some name, case in {
		"self-signed": {"certificates": [object.union(self_signed, {"services": ["IIS"]})], "enabled": a},
		"PKI": {"certificates": [object.union(pki, {"services": ["IIS"]})], "enabled": b},
		"the most recent": {
			"certificates": [object.union(pki, {"services": []}), object.union(self_signed, {"services": []})],
			"enabled": a,
		},
		"not the expired": {
			"certificates": [
				object.union(pki, {"services": []}),
				object.union(self_signed, {"services": [], "not_after": "2026-01-01T00:00:00Z"}),
			],
			"enabled": b,
		},
		"not the revoked": {
			"certificates": [
				object.union(self_signed, {"services": []}),
				object.union(pki, {"services": [], "thumbprint": c, "not_before": "2025-01-01T00:00:00Z", "trust": {"revoked": true}}),
			],
			"enabled": a,
		},
	}
	starttls({}, case.certificates) == concat("\n", [
		"# Answer No when asked whether to overwrite the default SMTP certificate:",
		sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [case.enabled]),
	])
}

test_a_certificate_that_lacks_more_is_not_enabled[name] if {
	some name, change in {
		"private key": {"services": [], "has_private_key": false},
		"expired": {"services": [], "not_after": "2026-01-01T00:00:00Z"},
		"not valid yet": {"services": [], "not_before": "2027-01-01T00:00:00Z"},
		"services unknown": {"services": null},
	}
	every line in split(starttls({}, [object.union(self_signed, change)]), "\n") { startswith(line, "#") }
}

test_tls_certificate_name_names_nothing if {
	lines := split(starttls({"tls_certificate_name": "<I>x<S>y"}, [self_signed]), "\n")
	[line | some line in lines; not startswith(line, "#")] == [concat("", [
		"Get-ExchangeCertificate -Thumbprint THUMBPRINT -Server 'EX01' | ForEach-Object { ",
		`Set-ReceiveConnector 'EX01\O''Hara' -TlsCertificateName "<I>$($_.Issuer)<S>$($_.Subject)" }`,
	])]
}

test_no_best if {
	remediation := starttls({}, [object.union(pki, {"trust": {"chain": "untrusted"}})])
	startswith(remediation, "# Import the certificates of the CA")
}

test_renewing_a_self_signed_certificate if {
	starttls({}, [object.union(self_signed, {"not_after": "2026-01-01T00:00:00Z"})]) == concat("\n", [
		"# Answer No when asked whether to overwrite the default SMTP certificate:",
		sprintf("Get-ExchangeCertificate -Thumbprint %s -Server 'EX01' | New-ExchangeCertificate -Server 'EX01' -PrivateKeyExportable $true", [a]),
	])
}

test_only_a_ca_renews_what_it_issued if {
	expired := object.union(pki, {"not_after": "2026-01-01T00:00:00Z"})
	startswith(starttls({}, [expired]), "# Request a certificate with the same names from the CA")
}
