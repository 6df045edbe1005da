# The document that the tests start from: a server as Contoso wants it. Each test changes what it is about.
package transportcert.custom_test

a := "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

certificate := {
	"thumbprint": a,
	"version": 3,
	"issuer": "CN=Contoso Issuing CA 1, DC=corp, DC=contoso, DC=test",
	"subject_common_names": ["EX01"],
	"dns_names": ["ex01.corp.contoso.test"],
	"not_before": "2026-01-01T00:00:00Z",
	"not_after": "2028-01-01T00:00:00Z",
	"has_private_key": true,
	"services": ["SMTP"],
	"self_signed": false,
	"trust": {
		"chain": "trusted",
		"valid_from": "2026-01-01T00:00:00Z",
		"valid_until": "2028-01-01T00:00:00Z",
		"revoked": false,
	},
	"friendly_name": "CHG0012345 EX01 SMTP",
	"key_algorithm": "RSA",
	"key_bits": 3072,
	"signature_algorithm": "SHA256-RSA",
}

document := {
	"schema_version": 1,
	"server": "EX01",
	"now": "2026-11-22T07:00:00Z",
	"connectors": [{"name": "Default EX01", "auth_mechanisms": ["Tls", "ExchangeServer"]}],
	"directory": {"readable": true, "internal_transport_certificate": a},
	"host": {
		"dns_fqdn": "ex01.corp.contoso.test",
		"dns_host_name": "EX01",
		"physical_dns_fqdn": "ex01.corp.contoso.test",
		"physical_dns_host_name": "EX01",
	},
	"certificates": [certificate],
}

# changed returns the document with its certificate changed.
changed(changes) := object.union(document, {"certificates": [object.union(certificate, changes)]})

# without returns the document with fields of its certificate left out.
without(fields) := object.union(document, {"certificates": [object.remove(certificate, fields)]})
