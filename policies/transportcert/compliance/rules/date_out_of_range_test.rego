package transportcert.compliance.rules_test

test_now_without_a_date_that_follows[name] if {
	some name, moment in {"beyond the nanoseconds": "2262-04-01T00:00:00Z", "no calendar date": "2026-02-31T00:00:00Z"}
	found := only("TC095", object.union(document, {"now": moment}))
	[[f.severity, f.message, f.path] | some f in found] == [[
		"error",
		sprintf("EX01: dates cannot be calculated from now, %s.", [moment]),
		"now",
	]]
}

# The last moment that fits into nanoseconds is on 2262-04-11.
test_only_one_of_the_dates_that_follow_is_beyond[name] if {
	some name, config in {
		"notice": {"expires_within_days": 30, "expires_notice_days": 60},
		"expiry": {"expires_within_days": 60, "expires_notice_days": 30},
	}
	count(only("TC095", object.union(document, {"now": "2262-02-20T00:00:00Z"}))) == 1 with data.transportcert.custom.config as config
}

test_the_date_before_is_out_of_range if {
	count(only("TC095", object.union(document, {"now": "1677-09-25T00:00:00Z"}))) == 1
	count(only("TC095", object.union(document, {"now": "1677-09-29T00:00:00Z"}))) == 0
}

test_the_dates_that_follow_just_fit if {
	count(only("TC095", object.union(document, {"now": "2262-02-10T00:00:00Z"}))) == 0
}
