package transportcert.remedies_test

import data.transportcert.remedies

test_quoted[text] if {
	some text, quoted in {
		"EX01": "'EX01'",
		"O'Hara": "'O''Hara'",
		"‘’‚‛": "'‘‘’’‚‚‛‛'",
		"$(calc)": "'$(calc)'",
	}
	remedies.quoted(text) == quoted
}
