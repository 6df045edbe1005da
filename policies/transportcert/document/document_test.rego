package transportcert.document_test

import data.transportcert.document

test_now_is_what_the_document_says if document.now == example.now with input as example

test_now_is_the_clock_where_the_document_does_not_say if {
	now := document.now with input as {} with time.now_ns as 1795330800000000000
	now == "2026-11-22T07:00:00Z"
}

test_days_from_now[name] if {
	some name, case in {
		"none": {"now": "2026-11-22T07:00:00Z", "days": 0, "then": "2026-11-22T07:00:00Z"},
		"30": {"now": "2026-11-22T07:00:00Z", "days": 30, "then": "2026-12-22T07:00:00Z"},
		"60": {"now": "2026-11-22T07:00:00Z", "days": 60, "then": "2027-01-21T07:00:00Z"},
		"leap day": {"now": "2028-02-28T23:59:59Z", "days": 1, "then": "2028-02-29T23:59:59Z"},
		"a hundred years": {"now": "2026-11-22T07:00:00Z", "days": 36500, "then": "2126-10-29T07:00:00Z"},
	}
	document.days_from_now(case.days) == case.then with input as object.union(example, {"now": case.now})
}

test_procedure[name] if {
	some name, case in {
		"2007": {"facts": {"exchange_version": "8.3.83.6"}, "procedure": "2007"},
		"2010": {"facts": {"exchange_version": "14.3"}, "procedure": "2010"},
		"2013": {"facts": {"exchange_version": "15.0.1497.2"}, "procedure": "2016"},
		"SE": {"facts": {"exchange_version": "15.2.2562.17"}, "procedure": "2016"},
		"later": {"facts": {"exchange_version": "16.0"}, "procedure": "2016"},
		"unknown": {"facts": {}, "procedure": "2007"},
		"said": {"facts": {"procedure": "2010"}, "procedure": "2010"},
		"said otherwise": {"facts": {"exchange_version": "15.2.1748.10", "procedure": "2007"}, "procedure": "2007"},
	}
	document.procedure == case.procedure with input as object.union(example, case.facts)
}
