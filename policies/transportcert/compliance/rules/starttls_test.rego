package transportcert.compliance.rules_test

import data.transportcert.compliance
import data.transportcert.inbound_starttls

with_tls := object.union(connector, {"auth_mechanisms": ["Tls", "ExchangeServer"]})

# offering returns the document with some certificates, and with Tls on its connector, changed.
offering(change, certificates) := object.union(
	with_certificates(certificates),
	{"procedure": "2016", "connectors": [object.union(with_tls, change)]},
)

# The findings about STARTTLS.
about_starttls(value) := [id |
	some id in reported(value)
	id in {"TC005", "TC006", "TC028", "TC029", "TC046", "TC047"}
]

expired_chain := object.union(pki, {"trust": {"valid_until": "2026-01-01T00:00:00Z"}})

test_starttls[name] if {
	without_smtp := object.union(pki, {"services": ["IIS"]})
	some name, case in {
		"self-signed": {"change": {}, "certificates": [self_signed], "ids": []},
		"no certificate": {"change": {"fqdn": "mail.contoso.test"}, "certificates": [self_signed], "ids": ["TC005"]},
		"disabled": {"change": {"fqdn": "mail.contoso.test", "enabled": false}, "certificates": [self_signed], "ids": []},
		"without Tls": {"change": {"auth_mechanisms": ["ExchangeServer"]}, "certificates": [object.union(self_signed, expired)], "ids": []},
		"expired": {"change": {}, "certificates": [object.union(self_signed, expired)], "ids": ["TC006"]},
		"expired chain": {"change": {}, "certificates": [expired_chain], "ids": ["TC029"]},
		"expired chain and self-signed": {"change": {}, "certificates": [expired_chain, self_signed], "ids": []},
		"expired PKI certificate": {
			"change": {},
			"certificates": [object.union(expired_chain, {"not_after": "2026-01-01T00:00:00Z"})],
			"ids": ["TC006", "TC029"],
		},
		"expires now": {"change": {}, "certificates": [object.union(self_signed, {"not_after": "2026-11-22T07:00:00Z"})], "ids": ["TC028"]},
		"expires within 30 days": {
			"change": {},
			"certificates": [object.union(self_signed, {"not_after": "2026-12-22T06:59:59Z"})],
			"ids": ["TC028"],
		},
		"expires after 30 days": {
			"change": {},
			"certificates": [object.union(self_signed, {"not_after": "2026-12-22T07:00:00Z"})],
			"ids": [],
		},
		"another expires": {
			"change": {},
			"certificates": [pki, object.union(self_signed, {"not_after": "2026-12-01T00:00:00Z"})],
			"ids": [],
		},
		"without SMTP": {"change": {}, "certificates": [self_signed, without_smtp], "ids": ["TC047"]},
		"only without SMTP": {"change": {}, "certificates": [without_smtp], "ids": ["TC005", "TC047"]},
		"without SMTP and without private key": {
			"change": {},
			"certificates": [self_signed, object.union(without_smtp, {"has_private_key": false})],
			"ids": [],
		},
		"without SMTP, expired": {
			"change": {},
			"certificates": [self_signed, object.union(without_smtp, expired)],
			"ids": [],
		},
		"without SMTP, for another name": {
			"change": {},
			"certificates": [self_signed, object.union(without_smtp, {"subject_common_names": [], "dns_names": ["mail.contoso.test"]})],
			"ids": [],
		},
		"services unknown": {"change": {}, "certificates": [self_signed, object.union(pki, {"services": null})], "ids": []},
		"TLS required": {"change": {"require_tls": true}, "certificates": [self_signed], "ids": []},
		"TLS required, no certificate": {
			"change": {"require_tls": true, "fqdn": "mail.contoso.test"},
			"certificates": [self_signed],
			"ids": ["TC005", "TC046"],
		},
		"TLS required, without Tls": {
			"change": {"require_tls": true, "auth_mechanisms": ["ExchangeServer"]},
			"certificates": [self_signed],
			"ids": ["TC046"],
		},
		"TLS required, disabled": {
			"change": {"require_tls": true, "auth_mechanisms": [], "enabled": false},
			"certificates": [self_signed],
			"ids": [],
		},
		"TLS not required": {
			"change": {"require_tls": false, "auth_mechanisms": ["ExchangeServer"]},
			"certificates": [self_signed],
			"ids": [],
		},
	}
	about_starttls(offering(case.change, case.certificates)) == case.ids
}

test_starttls_events_are_findings[name] if {
	some name, case in {
		"by FQDN": {
			"document": offering({"fqdn": "mail.contoso.test"}, [self_signed]),
			"id": "TC005",
			"path": "connectors[0].fqdn",
			"thumbprint": null,
		},
		"by the server's FQDN": {
			"document": offering({"fqdn": ""}, [object.union(self_signed, {"dns_names": ["EX01"]})]),
			"id": "TC005",
			"path": "host.physical_dns_fqdn",
			"thumbprint": null,
		},
		"by TlsCertificateName": {
			"document": offering({"tls_certificate_name": "<I>CN=x<S>CN=y"}, [self_signed]),
			"id": "TC005",
			"path": "connectors[0].tls_certificate_name",
			"thumbprint": null,
		},
		"12016": {
			"document": offering({}, [object.union(self_signed, expired)]),
			"id": "TC006",
			"path": "certificates[0].not_after",
			"thumbprint": a,
		},
	}
	[event] := inbound_starttls.decision.events with input as case.document
	[[f.severity, f.message, f.remediation, f.path, f.thumbprint, f.connector] | some f in only(case.id, case.document)] == [[
		event.severity,
		event.message,
		event.remediation,
		case.path,
		case.thumbprint,
		event.connector,
	]]
}

test_each_connector_has_its_own_findings if {
	value := object.union(offering({}, [object.union(self_signed, {"not_after": "2026-12-01T00:00:00Z"})]), {"connectors": [
		with_tls,
		object.union(with_tls, {"name": "Frontend"}),
		object.union(with_tls, {"name": "Relay", "fqdn": "relay.contoso.test"}),
	]})
	[[f.rule_id, f.connector] | some f in compliance.findings; f.rule_id in {"TC005", "TC028"}] == [
		["TC005", "Relay"],
		["TC028", "Default EX01"],
		["TC028", "Frontend"],
	] with input as value
}

# The findings of a rule, without their common fields.
in_short(id, value) := [[f.severity, f.message, f.path, f.thumbprint, f.connector] | some f in only(id, value)]

test_findings_about_starttls_in_full if {
	in_short("TC028", offering({}, [object.union(self_signed, {"not_after": "2026-12-01T00:00:00Z"})])) == [[
		"warning",
		sprintf("EX01: Default EX01 uses the certificate %s for STARTTLS, which expires on 2026-12-01T00:00:00Z.", [a]),
		"certificates[0].not_after",
		a,
		"Default EX01",
	]]
	in_short("TC029", offering({}, [expired_chain])) == [[
		"error",
		sprintf("EX01: for STARTTLS, Default EX01 has only the certificate %s, which has expired or whose chain has expired.", [b]),
		"certificates[0].trust",
		b,
		"Default EX01",
	]]
	in_short("TC046", offering({"require_tls": true, "auth_mechanisms": ["ExchangeServer"]}, [self_signed])) == [[
		"error",
		"EX01: Default EX01 requires TLS but does not offer STARTTLS.",
		"connectors[0].require_tls",
		null,
		"Default EX01",
	]]
	in_short("TC047", offering({}, [self_signed, object.union(pki, {"services": []})])) == [[
		"warning",
		sprintf("EX01: the certificate %s matches Default EX01 for STARTTLS, but is not enabled for SMTP.", [b]),
		"certificates[1].services",
		b,
		"Default EX01",
	]]
}

remediation(id, value) := found[0].remediation if {
	found := only(id, value)
	count(found) == 1
}

test_remedies_of_findings_about_starttls if {
	soon := {"not_after": "2026-12-01T00:00:00Z"}
	remediation("TC028", offering({}, [object.union(self_signed, soon)])) == concat("\n", [
		"# Answer Yes when asked: Overwrite the existing default SMTP certificate?",
		sprintf("$new = Get-ExchangeCertificate -Thumbprint %s -Server 'EX01' | New-ExchangeCertificate -Server 'EX01' -PrivateKeyExportable $true", [a]),
		"Enable-ExchangeCertificate -Thumbprint $new.Thumbprint -Services IIS -Server 'EX01'",
	])

	# The self-signed certificate has the same names, and no client trusts it.
	contains(
		remediation("TC028", offering({}, [self_signed, object.union(pki, soon)])),
		"# Answer No when asked: Overwrite the existing default SMTP certificate?",
	)
	remediation("TC047", offering({"exchange_version": "15.2.1748.10"}, [self_signed, object.union(pki, {"services": []})])) == concat("\n", [
		"# Answer No when asked: Overwrite the existing default SMTP certificate?",
		sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [b]),
	])
	remediation("TC046", offering({"require_tls": true, "auth_mechanisms": ["ExchangeServer"]}, [self_signed])) == concat(" ", [
		`Set-ReceiveConnector 'EX01\Default EX01' -AuthMechanism`,
		`((Get-ReceiveConnector 'EX01\Default EX01').AuthMechanism.ToString() + ', Tls')`,
	])
	not_found := offering({"require_tls": true, "fqdn": "mail.contoso.test"}, [self_signed])
	remediation("TC046", not_found) == remediation("TC005", not_found)
}
