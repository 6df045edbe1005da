# The document that the tests start from: a server about which there is nothing to report, with one
# self-signed certificate and a connector without STARTTLS. Each test changes what it is about.
package transportcert.compliance.rules_test

import data.transportcert.compliance

a := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

b := "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

c := "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"

connector := {
	"name": "Default EX01",
	"auth_mechanisms": ["ExchangeServer"],
	"fqdn": "ex01.corp.contoso.test",
	"bindings": ["0.0.0.0:25", "[::]:25"],
}

self_signed := {
	"thumbprint": a,
	"version": 3,
	"subject_common_names": ["EX01"],
	"dns_names": ["EX01", "ex01.corp.contoso.test"],
	"not_before": "2024-01-01T00:00:00Z",
	"not_after": "2029-01-01T00:00:00Z",
	"has_private_key": true,
	"services": ["IIS", "SMTP"],
	"self_signed": true,
	"trust": {"chain": "unknown"},
	"key_algorithm": "RSA",
	"key_bits": 2048,
	"signature_algorithm": "SHA256-RSA",
}

# An older certificate of a CA, which is best where it is eligible.
pki := object.union(self_signed, {
	"thumbprint": b,
	"not_before": "2023-01-01T00:00:00Z",
	"self_signed": false,
	"trust": {
		"chain": "trusted",
		"valid_from": "2023-01-01T00:00:00Z",
		"valid_until": "2029-01-01T00:00:00Z",
		"revoked": false,
	},
})

auth := object.union(self_signed, {
	"thumbprint": c,
	"subject_common_names": ["Microsoft Exchange Server Auth Certificate"],
	"dns_names": [],
	"services": ["SMTP"],
})

document := {
	"schema_version": 1,
	"server": "EX01",
	"now": "2026-11-22T07:00:00Z",
	"connectors": [connector],
	"directory": {"readable": true, "internal_transport_certificate": a},
	"host": {
		"dns_fqdn": "ex01.corp.contoso.test",
		"dns_host_name": "EX01",
		"physical_dns_fqdn": "ex01.corp.contoso.test",
		"physical_dns_host_name": "EX01",
	},
	"certificates": [self_signed],
}

# with_certificates returns the document with other certificates.
with_certificates(certificates) := object.union(document, {"certificates": certificates})

# changed returns the document with its only certificate changed.
changed(changes) := with_certificates([object.union(self_signed, changes)])

# with_other returns the document with the pki certificate, changed, besides its own.
with_other(changes) := with_certificates([self_signed, object.union(pki, changes)])

# with_connectors returns the document with other connectors, each the usual one changed.
with_connectors(changes) := object.union(document, {"connectors": [object.union(connector, change) | some change in changes]})

# reported returns the ids of the findings about a document.
reported(value) := [found.rule_id | some found in findings] if {
	findings := compliance.findings with input as value
}

# only returns the findings of one rule about a document.
only(id, value) := [found | some found in findings; found.rule_id == id] if {
	findings := compliance.findings with input as value
}

unreadable := {"directory": {"readable": false, "error": "timeout", "internal_transport_certificate": null}}

not_set := {"directory": {"readable": true, "internal_transport_certificate": null}}

startup := {"phase": "startup"}

without_exchange_server := {"connectors": [], "roles": ["ClientAccess"]}

expired := {"not_after": "2026-11-22T06:59:59Z"}
