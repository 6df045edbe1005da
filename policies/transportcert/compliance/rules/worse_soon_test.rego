package transportcert.compliance.rules_test

# Now is 2026-11-22T07:00:00Z, so that 30 days end on 2026-12-22T07:00:00Z. The certificate b of a CA is for STARTTLS, and
# best.
starttls_with(trust) := object.union(
	with_other({
		"subject": "CN=mail",
		"trust": object.union(pki.trust, trust),
	}),
	{"connectors": [object.union(connector, {"auth_mechanisms": ["Tls", "ExchangeServer"]})], "exchange_version": "15.2.1748.10"},
)

test_a_chain_expires_soon if {
	found := only("TC056", starttls_with({"valid_until": "2026-12-10T00:00:00Z"}))
	[[f.severity, f.message, f.path, f.thumbprint] | some f in found] == [[
		"warning",
		concat(" ", [
			"EX01: the chain of CN=mail (BBBBBBBB) expires on 2026-12-10T00:00:00Z. From then on:",
			"Default EX01 uses a self-signed certificate for STARTTLS instead of a valid PKI certificate.",
		]),
		"certificates[1].trust.valid_until",
		b,
	]]
}

# Certificate c, which nothing uses, expires in the same second.
test_a_chain_alone_is_reported if {
	value := starttls_with({"valid_until": "2026-12-10T00:00:00Z"})
	unused := object.union(self_signed, {"thumbprint": c, "services": [], "dns_names": ["x"], "subject_common_names": [], "not_after": "2026-12-10T00:00:00Z"})
	{found.thumbprint | some found in only("TC056", object.union(value, {"certificates": array.concat(value.certificates, [unused])}))} == {b}
}

test_a_chain_expires_later if {
	only("TC056", starttls_with({"valid_until": "2026-12-22T07:00:00Z"})) == []
	count(only("TC056", starttls_with({"valid_until": "2026-12-22T06:59:59Z"}))) == 1
	only("TC056", starttls_with({"valid_until": "2026-12-10T00:00:00Z"})) == [] with data.transportcert.custom.config as {"expires_within_days": 10}
}

# Event 1037 starts in 2010: a certificate of a CA becomes valid, and is best.
test_a_chain_becomes_valid_soon if {
	document := object.union(
		with_other({"trust": object.union(pki.trust, {"valid_from": "2026-12-10T00:00:00Z"})}),
		{"exchange_version": "14.3"},
	)
	[[f.message, f.path] | some f in only("TC056", document)] == [[
		concat(" ", [
			"EX01: the chain of the certificate (BBBBBBBB) becomes valid on 2026-12-10T00:00:00Z. From then on:",
			"The server starts to log event 1037.",
		]),
		"certificates[1].trust.valid_from",
	]]
	only("TC056", object.union(document, {"exchange_version": "15.2.1748.10"})) == []
}

# TC022 reports b, and that a connector uses another certificate from then on is no news.
test_a_certificate_that_a_rule_about_expiry_reports if {
	document := starttls_with({"valid_until": "2026-12-10T00:00:00Z"})
	sooner := json.patch(document, [{"op": "replace", "path": "/certificates/1/not_after", "value": "2026-12-10T00:00:00Z"}])
	only("TC056", sooner) == []
	count(only("TC022", sooner)) == 1
}
