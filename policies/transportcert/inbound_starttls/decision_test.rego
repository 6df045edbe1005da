package transportcert.inbound_starttls_test

import data.transportcert.inbound_starttls

test_decision if {
	document := object.union(with_relay({}, [mail]), {"exchange_version": "15.2.1748.10"})
	inbound_starttls.decision == {
		"server": "EX01",
		"evaluated_at": "2026-11-22T07:00:00Z",
		"procedure": "2016",
		"connectors": [{
			"name": "Relay",
			"advertise_starttls": true,
			"certificate": mail.thumbprint,
			"certificate_kind": "pki",
			"expired": false,
			"stopped_at": null,
			"searched_for": {"by": "fqdn", "value": "mail.contoso.test"},
			"eligible": [mail.thumbprint],
			"ineligible": {},
		}],
		"events": [],
		"input_errors": [],
	} with input as document
}

test_a_document_with_errors_decides_nothing if {
	inbound_starttls.decision == {
		"server": "EX01",
		"evaluated_at": null,
		"procedure": null,
		"connectors": [],
		"events": [],
		"input_errors": ["host: expected an object"],
	} with input as object.remove(with_relay({}, [mail]), ["host"])
}
