package transportcert.document_test

import data.transportcert.document

test_now_is_what_the_document_says if document.now == example.now with input as example

test_now_is_the_clock_where_the_document_does_not_say if {
	now := document.now with input as {} with time.now_ns as 1795330800000000000
	now == "2026-11-22T07:00:00Z"
}
