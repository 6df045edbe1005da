package transportcert.selection_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.c
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.document_test.with_certificates
import data.transportcert.selection

test_ranking_by_kind_age_and_thumbprint if {
	older := {"not_before": "2022-01-01T00:00:00Z"}
	ranking([pki, self_signed, object.union(pki, {"thumbprint": c}), object.union(pki, object.union(older, {"thumbprint": d}))]) == [
		{"thumbprint": a, "because": "self_signed"},
		{"thumbprint": b, "because": "best"},
		{"thumbprint": c, "because": "higher_thumbprint"},
		{"thumbprint": d, "because": "older"},
	]
}

test_ranking_of_self_signed if {
	ranking([self_signed, object.union(self_signed, {"thumbprint": c, "not_before": "2023-12-31T23:59:59Z"})]) == [
		{"thumbprint": a, "because": "best"},
		{"thumbprint": c, "because": "older"},
	]
}

# Whatever is best, and where nothing is, a certificate that is neither self-signed nor a valid PKI certificate has the
# same reason.
test_ranking_of_what_is_neither[name] if {
	some name, case in {
		"self-signed unknown": {"change": {"self_signed": null}, "because": "self_signed_unknown"},
		"revoked": {"change": {"trust": {"revoked": true}}, "because": "revoked"},
		"untrusted": {"change": {"trust": {"chain": "untrusted"}}, "because": "chain_untrusted"},
		"unknown": {"change": {"trust": {"chain": "unknown"}}, "because": "chain_unknown"},
		"not valid yet": {"change": {"trust": {"valid_from": "2026-11-22T07:00:01Z"}}, "because": "chain_not_valid_yet"},
		"expired": {"change": {"trust": {"valid_until": "2026-11-22T06:59:59Z"}}, "because": "chain_expired"},
		"begin unknown": {"change": {"trust": {"valid_from": null}}, "because": "chain_validity_unknown"},
		"end unknown": {"change": {"trust": {"valid_until": null}}, "because": "chain_validity_unknown"},
	}
	neither := object.union(pki, case.change)
	expected := {"thumbprint": b, "because": case.because}
	ranking([neither]) == [expected]
	ranking([neither, self_signed]) == [{"thumbprint": a, "because": "best"}, expected]
	older := object.union(pki, {"thumbprint": c, "not_before": "2022-01-01T00:00:00Z"})
	ranking([neither, older]) == [expected, {"thumbprint": c, "because": "best"}]
}

d := "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD"

ranking(certificates) := ranked if {
	ranked := selection.ranking(domains) with input as with_certificates(certificates)
}
