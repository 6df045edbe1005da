package transportcert.internal_certificate_test

import data.transportcert.document_test.a
import data.transportcert.document_test.changed
import data.transportcert.document_test.example
import data.transportcert.document_test.not_set
import data.transportcert.document_test.unreadable
import data.transportcert.internal_certificate

test_certificate_is_loaded_whatever_the_connectors_say if {
	internal_certificate.thumbprint == a with input as object.union(example, {"connectors": []})
}

test_no_certificate_is_loaded[name] if {
	some name, change in {"unreadable": unreadable, "null": not_set, "not in the store": {"certificates": []}}
	internal_certificate.thumbprint == null with input as object.union(example, change)
}

test_expired[name] if {
	some name, case in {
		"before not_after": {"not_after": "2026-11-22T07:00:01Z", "expired": false},
		"at not_after": {"not_after": "2026-11-22T07:00:00Z", "expired": false},
		"after not_after": {"not_after": "2026-11-22T06:59:59Z", "expired": true},
		"in the year 9999": {"not_after": "9999-12-31T23:59:59Z", "expired": false},
	}
	internal_certificate.expired == case.expired with input as changed({"not_after": case.not_after})
}

test_expired_is_null_where_none_is_loaded if {
	internal_certificate.expired == null with input as object.union(example, not_set)
}
