package transportcert.compliance.rules_test

import data.transportcert.compliance.rules

# Now is 2026-11-22T07:00:00Z, so that 30 days end on 2026-12-22 and 60 days on 2027-01-21.

test_days_from_now[name] if {
	some name, case in {
		"none": {"now": "2026-11-22T07:00:00Z", "days": 0, "then": "2026-11-22T07:00:00Z"},
		"30": {"now": "2026-11-22T07:00:00Z", "days": 30, "then": "2026-12-22T07:00:00Z"},
		"60": {"now": "2026-11-22T07:00:00Z", "days": 60, "then": "2027-01-21T07:00:00Z"},
		"leap day": {"now": "2028-02-28T23:59:59Z", "days": 1, "then": "2028-02-29T23:59:59Z"},
		"a hundred years": {"now": "2026-11-22T07:00:00Z", "days": 36500, "then": "2126-10-29T07:00:00Z"},
	}
	rules.days_from_now(case.days) == case.then with input as object.union(document, {"now": case.now})
}
