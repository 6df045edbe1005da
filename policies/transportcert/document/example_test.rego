# The document that the tests start from: a server as it should be, with one self-signed certificate. Each test
# changes what it is about.
package transportcert.document_test

a := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

b := "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

c := "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"

connector := {"name": "Default EX01", "auth_mechanisms": ["Tls", "ExchangeServer"]}

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
}

pki := object.union(self_signed, {
	"thumbprint": b,
	"not_before": "2023-01-01T00:00:00Z",
	"self_signed": false,
	"trust": {
		"chain": "trusted",
		"valid_from": "2023-01-01T00:00:00Z",
		"valid_until": "2028-01-01T00:00:00Z",
		"revoked": false,
	},
})

example := {
	"schema_version": 1,
	"server": "EX01",
	"now": "2026-11-22T07:00:00Z",
	"connectors": [connector],
	"directory": {"readable": true, "internal_transport_certificate": a},
	"host": {
		"dns_fqdn": "ex01.corp.contoso.test",
		"dns_host_name": "EX01",
		"physical_dns_fqdn": "node1.corp.contoso.test",
		"physical_dns_host_name": "NODE1",
	},
	"certificates": [self_signed],
}

# with_certificates returns the example with other certificates.
with_certificates(certificates) := object.union(example, {"certificates": certificates})

# changed returns the example with its only certificate changed.
changed(changes) := with_certificates([object.union(self_signed, changes)])

unreadable := {"directory": {"readable": false, "error": "timeout", "internal_transport_certificate": null}}

not_set := {"directory": {"readable": true, "internal_transport_certificate": null}}

expired := {"not_after": "2026-11-22T06:59:59Z"}

startup := {"phase": "startup"}
