package transportcert.selection_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.c
import data.transportcert.document_test.changed
import data.transportcert.document_test.example
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.document_test.with_certificates
import data.transportcert.selection

test_the_most_recent_comes_first if {
	selection.eligible(domains) == [c, a, b] with input as with_certificates([
		pki,
		self_signed,
		object.union(self_signed, {"thumbprint": c, "not_before": "2025-01-01T00:00:00Z"}),
	])
}

test_the_lower_thumbprint_comes_first_where_not_before_is_equal if {
	selection.eligible(domains) == [a, b, c] with input as with_certificates([
		object.union(self_signed, {"thumbprint": c}),
		object.union(self_signed, {"thumbprint": a}),
		object.union(self_signed, {"thumbprint": b}),
	])
}

test_the_ineligible_are_not_in_the_order if {
	selection.eligible(domains) == [] with input as changed({"services": []})
}

test_valid_pki if selection.valid_pki(pki) with input as example

test_valid_pki_at_the_edges_of_the_window[name] if {
	some name in ["2023-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]
	selection.valid_pki(pki) with input.now as name
}

test_valid_pki_where_a_revocation_is_not_known[name] if {
	some name, trust in {
		"null": object.union(pki.trust, {"revoked": null}),
		"absent": object.remove(pki.trust, ["revoked"]),
	}
	selection.valid_pki(object.union(object.remove(pki, ["trust"]), {"trust": trust})) with input as example
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
	not selection.valid_pki(object.union(pki, change)) with input as example
}

test_not_valid_pki_without_a_window if {
	not selection.valid_pki(object.union(object.remove(pki, ["trust"]), {"trust": {"chain": "trusted"}})) with input as example
}

test_not_valid_pki_outside_the_window[name] if {
	some name in ["2022-12-31T23:59:59Z", "2028-01-01T00:00:01Z"]
	not selection.valid_pki(pki) with input.now as name
}
