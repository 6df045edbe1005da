package transportcert.custom_test

import data.transportcert.compliance

test_thresholds[server] if {
	some server, expected in {
		"EX01": {"expires_within_days": 45, "expires_notice_days": 90, "facts_max_age_days": 14, "forecast_days": 400, "minimum_key_bits": 3072},
		"edge1": {"expires_within_days": 90, "expires_notice_days": 120, "facts_max_age_days": 14, "forecast_days": 400, "minimum_key_bits": 3072},
		"HUB01": {"expires_within_days": 30, "expires_notice_days": 60, "facts_max_age_days": 14, "forecast_days": 400, "minimum_key_bits": 3072},
	}
	compliance.config == expected with input as object.union(document, {"server": server})
}

# In 44 days EX01 reports it as expiring, HUB01 as worth a notice.
test_expiry_by_role[server] if {
	some server, rules in {"EX01": ["TC020", "TC028"], "EDGE1": ["TC020", "TC028"], "HUB01": ["TC023"]}
	expiring := object.union(changed({"not_after": "2027-01-05T00:00:00Z"}), {"server": server})
	found := compliance.findings with input as expiring
	[finding.rule_id | some finding in found] == rules
}
