package transportcert.compliance_test

import data.transportcert.compliance
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.reported

shipped := {"expires_within_days": 30, "expires_notice_days": 60, "facts_max_age_days": 7, "forecast_days": 400, "minimum_key_bits": 2048}

test_shipped_thresholds if {
	compliance.config == shipped
}

test_own_thresholds if {
	own := {
		"expires_within_days": 0,
		"expires_notice_days": 36500,
		"facts_max_age_days": 14,
		"forecast_days": 730,
		"minimum_key_bits": 16384,
	}
	compliance.config == own with data.transportcert.custom.config as own
}

test_some_own_thresholds if {
	compliance.config == object.union(shipped, {"minimum_key_bits": 3072}) with data.transportcert.custom.config as {"minimum_key_bits": 3072}
	reported(document) == ["TC030"] with data.transportcert.custom.config as {"minimum_key_bits": 3072}
}

test_wrong_thresholds[name] if {
	some name, case in {
		"text": {"config": {"expires_within_days": "30"}, "message": "expires_within_days: expected a whole number from 0 to 36500"},
		"null": {"config": {"expires_within_days": null}, "message": "expires_within_days: expected a whole number from 0 to 36500"},
		"false": {"config": {"expires_notice_days": false}, "message": "expires_notice_days: expected a whole number from 0 to 36500"},
		"fraction": {"config": {"expires_within_days": 1.5}, "message": "expires_within_days: expected a whole number from 0 to 36500"},
		"negative": {"config": {"expires_within_days": -1}, "message": "expires_within_days: expected a whole number from 0 to 36500"},
		"too many": {"config": {"expires_within_days": 36501}, "message": "expires_within_days: expected a whole number from 0 to 36500"},
		"too long": {"config": {"minimum_key_bits": 16385}, "message": "minimum_key_bits: expected a whole number from 0 to 16384"},
		"unknown": {
			"config": {"expires_within": 30},
			"message": "expires_within: unknown threshold; expected one of expires_notice_days, expires_within_days, facts_max_age_days, forecast_days, minimum_key_bits",
		},
	}
	compliance.config == shipped with data.transportcert.custom.config as case.config
	found := compliance.findings with input as document with data.transportcert.custom.config as case.config
	[[f.rule_id, f.severity, f.message] | some f in found] == [[
		"TC091",
		"error",
		sprintf("EX01: data.transportcert.custom.config.%s.", [case.message]),
	]]
}

test_a_wrong_threshold_leaves_the_right_ones if {
	compliance.config == object.union(shipped, {"expires_within_days": 14}) with data.transportcert.custom.config as {
		"expires_within_days": 14,
		"minimum_key_bits": "long",
	}
}

test_no_config[name] if {
	some name, config in {"array": [30], "text": "30", "null": null, "false": false}
	compliance.config == shipped with data.transportcert.custom.config as config
	found := compliance.findings with input as document with data.transportcert.custom.config as config
	[[f.rule_id, f.message] | some f in found] == [["TC091", "EX01: data.transportcert.custom.config: expected an object."]]
}
