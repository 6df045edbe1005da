package transportcert.inbound_anonymous_test

import data.transportcert.inbound_anonymous

test_the_most_recent_comes_first if {
	inbound_anonymous.eligible == [c, a, b] with input as with_certificates([
		pki,
		self_signed,
		object.union(self_signed, {"thumbprint": c, "not_before": "2025-01-01T00:00:00Z"}),
	])
}

test_the_lower_thumbprint_comes_first_where_not_before_is_equal if {
	inbound_anonymous.eligible == [a, b, c] with input as with_certificates([
		object.union(self_signed, {"thumbprint": c}),
		object.union(self_signed, {"thumbprint": a}),
		object.union(self_signed, {"thumbprint": b}),
	])
}

test_the_ineligible_are_not_in_the_order if {
	inbound_anonymous.eligible == [] with input as changed({"services": []})
}

test_best[name] if {
	some name, case in {
		"empty store": {"certificates": [], "best": null, "kind": null},
		"self-signed": {"certificates": [self_signed], "best": a, "kind": "self_signed"},
		"PKI comes before a later self-signed": {"certificates": [self_signed, pki], "best": b, "kind": "pki"},
		"the first of two self-signed": {
			"certificates": [self_signed, object.union(self_signed, {"thumbprint": c, "not_before": "2025-01-01T00:00:00Z"})],
			"best": c,
			"kind": "self_signed",
		},
		"the first of two PKI": {
			"certificates": [pki, object.union(pki, {"thumbprint": c, "not_before": "2022-01-01T00:00:00Z"})],
			"best": b,
			"kind": "pki",
		},
		"expired self-signed": {"certificates": [object.union(self_signed, expired)], "best": a, "kind": "self_signed"},
		"future self-signed": {
			"certificates": [object.union(self_signed, {"not_before": "2027-01-01T00:00:00Z"})],
			"best": a,
			"kind": "self_signed",
		},
		"self-signed in the trusted roots": {
			"certificates": [object.union(pki, {"self_signed": true})],
			"best": b,
			"kind": "self_signed",
		},
		"ineligible PKI": {
			"certificates": [self_signed, object.union(pki, {"services": []})],
			"best": a,
			"kind": "self_signed",
		},
		"neither": {"certificates": [object.union(pki, {"trust": {"chain": "untrusted"}})], "best": null, "kind": null},
		"self-signed unknown": {"certificates": [object.union(pki, {"self_signed": null})], "best": null, "kind": null},
	}
	decided := [inbound_anonymous.best, inbound_anonymous.best_kind] with input as with_certificates(case.certificates)
	decided == [case.best, case.kind]
}

test_valid_pki if inbound_anonymous.valid_pki(pki) with input as document

test_valid_pki_at_the_edges_of_the_window[name] if {
	some name in ["2023-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]
	inbound_anonymous.valid_pki(pki) with input.now as name
}

test_valid_pki_where_a_revocation_is_not_known[name] if {
	some name, trust in {
		"null": object.union(pki.trust, {"revoked": null}),
		"absent": object.remove(pki.trust, ["revoked"]),
	}
	inbound_anonymous.valid_pki(object.union(object.remove(pki, ["trust"]), {"trust": trust})) with input as document
}

test_not_valid_pki[name] if {
	some name, change in {
		"self-signed": {"self_signed": true},
		"self-signed unknown": {"self_signed": null},
		"untrusted": {"trust": {"chain": "untrusted"}},
		"unknown": {"trust": {"chain": "unknown"}},
		"revoked": {"trust": {"revoked": true}},
		"window not known": {"trust": {"valid_from": null, "valid_until": null}},
		"begin not known": {"trust": {"valid_from": null}},
		"end not known": {"trust": {"valid_until": null}},
	}
	not inbound_anonymous.valid_pki(object.union(pki, change)) with input as document
}

test_not_valid_pki_without_a_window if {
	not inbound_anonymous.valid_pki(object.union(object.remove(pki, ["trust"]), {"trust": {"chain": "trusted"}})) with input as document
}

test_not_valid_pki_outside_the_window[name] if {
	some name in ["2022-12-31T23:59:59Z", "2028-01-01T00:00:01Z"]
	not inbound_anonymous.valid_pki(pki) with input.now as name
}

test_now_is_what_the_document_says if inbound_anonymous.now == document.now with input as document

test_now_is_the_clock_where_the_document_does_not_say if {
	now := inbound_anonymous.now with input as {} with time.now_ns as 1795330800000000000
	now == "2026-11-22T07:00:00Z"
}
