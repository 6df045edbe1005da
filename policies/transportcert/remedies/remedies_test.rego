package transportcert.remedies_test

import data.transportcert.remedies

test_quoted[text] if {
	some text, quoted in {
		"EX01": "'EX01'",
		"O'Hara": "'O''Hara'",
		"‘’‚‛": "'‘‘’’‚‚‛‛'",
		"$(calc)": "'$(calc)'",
		"Büro 日本 €": "'Büro 日本 €'",
		"EX01\nStop-Service 'x' #+": "([uri]::UnescapeDataString('EX01%0AStop-Service%20%27x%27%20%23%2B'))",
		"a\u202eb\u2028\u007f": "([uri]::UnescapeDataString('a%E2%80%AEb%E2%80%A8%7F'))",
	}
	remedies.quoted(text) == quoted
}
