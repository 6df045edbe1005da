package transportcert.document_test

import data.transportcert.document

test_now_is_what_the_document_says if document.now == example.now with input as example

test_now_is_the_clock_where_the_document_does_not_say if {
	now := document.now with input as {} with time.now_ns as 1795330800000000000
	now == "2026-11-22T07:00:00Z"
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
