package transportcert.compliance.rules_test

test_facts_that_are_too_old[gathered_at] if {
	some gathered_at, count_expected in {
		"2026-11-15T06:59:59Z": 1,
		"2026-11-15T07:00:00Z": 0,
		"2026-11-22T07:00:00Z": 0,
		"2026-12-24T07:00:00Z": 0,
		"0001-01-01T00:00:00Z": 1,
	}
	count(only("TC054", object.union(document, {"gathered_at": gathered_at}))) == count_expected
}

test_the_threshold_says_when_facts_are_too_old if {
	gathered := object.union(document, {"gathered_at": "2026-11-21T07:00:00Z"})
	reported(gathered) == []
	reported(gathered) == [] with data.transportcert.custom.config as {"facts_max_age_days": 1}
	reported(gathered) == ["TC054"] with data.transportcert.custom.config as {"facts_max_age_days": 0}
}

test_facts_that_are_too_old_in_full if {
	found := only("TC054", object.union(document, {"gathered_at": "2026-11-01T00:00:00Z"}))
	[[f.severity, f.message, f.path, f.action] | some f in found] == [[
		"warning",
		"EX01: the facts were gathered on 2026-11-01T00:00:00Z, more than 7 days before 2026-11-22T07:00:00Z.",
		"gathered_at",
		"gather-facts",
	]]
}
