package transportcert.compliance_test

import data.transportcert.compliance
import data.transportcert.compliance.rules_test.a
import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.only
import data.transportcert.compliance.rules_test.reported
import data.transportcert.compliance.rules_test.with_certificates
import data.transportcert.compliance.rules_test.with_other

# A server with one finding, TC032 about the certificate b.
without_key := with_other({"has_private_key": false, "services": ["SMTP"]})

waiver := {"rule_id": "TC032", "server": "EX01", "reason": "moves in June", "expires": "2026-11-22"}

suppressions(waivers) := [[found.rule_id, found.suppressed] | some found in findings] if {
	findings := compliance.findings with input as without_key with data.transportcert.waivers as waivers
}

test_a_waiver_suppresses_and_the_finding_stays if {
	suppressions([waiver]) == [["TC032", {"reason": "moves in June", "expires": "2026-11-22"}]]
}

test_targets[name] if {
	some name, case in {
		"server": {"target": {"server": "EX01"}, "waived": true},
		"server without regard to case": {"target": {"server": "ex01"}, "waived": true},
		"other server": {"target": {"server": "EX02"}, "waived": false},
		"thumbprint": {"target": {"thumbprint": b}, "waived": true},
		"thumbprint in lower case": {"target": {"thumbprint": lower(b)}, "waived": true},
		"other thumbprint": {"target": {"thumbprint": a}, "waived": false},
		"both": {"target": {"server": "EX01", "thumbprint": b}, "waived": true},
		"both, other server": {"target": {"server": "EX02", "thumbprint": b}, "waived": false},
		"both, other thumbprint": {"target": {"server": "EX01", "thumbprint": a}, "waived": false},
		"other rule": {"target": {"server": "EX01", "rule_id": "TC031"}, "waived": false},
	}
	found := suppressions([object.union(object.remove(waiver, ["server"]), case.target)])
	count(found) == 1
	is_object(found[0][1]) == case.waived
}

test_a_finding_without_thumbprint_is_waived_by_server if {
	found := compliance.findings with input as with_certificates([]) with data.transportcert.waivers as [object.union(waiver, {"rule_id": "TC012"})]
	[[f.rule_id, is_null(f.suppressed)] | some f in found] == [["TC002", true], ["TC012", false]]
}

test_a_custom_finding_can_be_waived if {
	found := compliance.findings with input as document
		with data.transportcert.custom.findings as [custom]
		with data.transportcert.waivers as [object.union(waiver, {"rule_id": "ORG001"})]
	is_object(found[0].suppressed)
}

test_of_several_waivers_the_one_that_expires_last_is_named if {
	suppressions([
		waiver,
		object.union(waiver, {"expires": "2027-01-01", "reason": "later"}),
		object.union(object.remove(waiver, ["server"]), {"thumbprint": b, "expires": "2026-12-01"}),
	]) == [["TC032", {"reason": "later", "expires": "2027-01-01"}]]
}

test_expiry[name] if {
	some name, case in {
		"the day itself": {"expires": "2026-11-22", "waived": true, "ids": ["TC032"]},
		"the day before": {"expires": "2026-11-21", "waived": false, "ids": ["TC032", "TC093"]},
		"that second": {"expires": "2026-11-22T07:00:00Z", "waived": true, "ids": ["TC032"]},
		"the second before": {"expires": "2026-11-22T06:59:59Z", "waived": false, "ids": ["TC032", "TC093"]},
		"the year 9999": {"expires": "9999-12-31", "waived": true, "ids": ["TC032"]},
	}
	found := suppressions([object.union(waiver, {"expires": case.expires})])
	[id | some [id, _] in found] == case.ids
	is_object(found[0][1]) == case.waived
}

test_a_waiver_holds_until_its_last_second if {
	reported(object.union(document, {"now": "2026-11-22T23:59:59Z"})) == [] with data.transportcert.waivers as [waiver]
	reported(object.union(document, {"now": "2026-11-23T00:00:00Z"})) == ["TC093"] with data.transportcert.waivers as [waiver]
}

test_an_expired_waiver_is_reported if {
	found := only("TC093", document) with data.transportcert.waivers as [waiver, object.union(waiver, {"expires": "2026-01-01"})]
	[[f.severity, f.message] | some f in found] == [[
		"info",
		"EX01: data.transportcert.waivers[1]: the waiver for TC032 (moves in June) expired on 2026-01-01.",
	]]
}

test_an_expired_waiver_of_a_file_is_reported_with_its_line if {
	expired := object.union(waiver, {"expires": "2026-01-01", "at": "waivers.yaml:3"})
	found := only("TC093", document) with data.transportcert.waivers as [expired]
	[f.message | some f in found] == ["EX01: waivers.yaml:3: the waiver for TC032 (moves in June) expired on 2026-01-01."]
}

test_an_expired_waiver_is_reported_where_it_was_for[name] if {
	some name, case in {
		"this server": {"target": {"server": "ex01"}, "reported": ["TC093"]},
		"another server": {"target": {"server": "EX02"}, "reported": []},
		"a certificate of this store": {"target": {"thumbprint": lower(a)}, "reported": ["TC093"]},
		"no certificate of this store": {"target": {"thumbprint": b}, "reported": []},
		"this server, no certificate of this store": {"target": {"server": "EX01", "thumbprint": b}, "reported": []},
	}
	reported(document) == case.reported with data.transportcert.waivers as [object.union(
		{"rule_id": "TC032", "reason": "x", "expires": "2026-01-01"},
		case.target,
	)]
}

test_an_expired_waiver_of_the_directory_thumbprint_is_reported if {
	reported(with_certificates([])) == ["TC002", "TC012", "TC093"] with data.transportcert.waivers as [{
		"rule_id": "TC002",
		"thumbprint": a,
		"reason": "x",
		"expires": "2026-01-01",
	}]
}

test_malformed_waivers[name] if {
	some name, case in {
		"no object": {"waiver": "TC032", "problem": "expected an object"},
		"no reason": {"waiver": object.remove(waiver, ["reason"]), "problem": "reason: expected a non-empty string"},
		"blank reason": {"waiver": object.union(waiver, {"reason": " "}), "problem": "reason: expected a non-empty string"},
		"no rule": {"waiver": object.remove(waiver, ["rule_id"]), "problem": "rule_id: expected a non-empty string"},
		"no expiry": {
			"waiver": object.remove(waiver, ["expires"]),
			"problem": "expires: expected a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
		},
		"other date": {
			"waiver": object.union(waiver, {"expires": "31.12.2026"}),
			"problem": "expires: expected a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
		},
		"neither server nor thumbprint": {
			"waiver": object.remove(waiver, ["server"]),
			"problem": "expected server or thumbprint, or both",
		},
		"empty server": {"waiver": object.union(waiver, {"server": ""}), "problem": "server: expected a non-empty string"},
		"short thumbprint": {"waiver": object.union(waiver, {"thumbprint": "ABCD"}), "problem": "thumbprint: expected 40 hex digits"},
		"typo": {
			"waiver": object.union(waiver, {"thumprint": b}),
			"problem": "thumprint: unknown field",
		},
		"what cannot be waived": {"waiver": object.union(waiver, {"rule_id": "TC092"}), "problem": "TC092 cannot be waived"},
	}
	found := compliance.findings with input as without_key with data.transportcert.waivers as [waiver, case.waiver]
	[[f.rule_id, f.severity, is_null(f.suppressed)] | some f in found] == [["TC032", "error", false], ["TC094", "warning", true]]
	found[1].message == sprintf("EX01: data.transportcert.waivers[1]: %s.", [case.problem])
}

test_a_malformed_waiver_does_not_count[name] if {
	some name, malformed in {
		"no reason": object.remove(waiver, ["reason"]),
		"blank reason": object.union(waiver, {"reason": " "}),
		"typo": object.union(waiver, {"thumprint": b}),
		"other date": object.union(waiver, {"expires": "31.12.2026"}),
		"neither server nor thumbprint": object.remove(waiver, ["server"]),
	}
	suppressions([malformed]) == [["TC032", null], ["TC094", null]]
}

test_a_malformed_waiver_does_not_expire if {
	suppressions([object.union(waiver, {"reason": " ", "expires": "2026-01-01"})]) == [["TC032", null], ["TC094", null]]
}

test_no_waivers[name] if {
	some name, waivers in {"object": {"TC032": waiver}, "text": "x", "null": null, "false": false}
	found := compliance.findings with input as document with data.transportcert.waivers as waivers
	[[f.rule_id, f.message] | some f in found] == [["TC094", "EX01: data.transportcert.waivers: expected an array."]]
}

test_the_two_reports_of_a_better_certificate_are_one_problem[rule_id] if {
	some rule_id in ["TC004", "TC014"]
	found := compliance.findings with input as object.union(with_other({}), {"procedure": "2010"}) with data.transportcert.waivers as [{
		"rule_id": rule_id, "server": "EX01", "reason": "x", "expires": "2026-11-22",
	}]
	[is_object(f.suppressed) | some f in found] == [true, true]
}
