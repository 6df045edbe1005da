package transportcert.compliance_test

import data.transportcert.compliance
import data.transportcert.compliance.rules_test.a
import data.transportcert.compliance.rules_test.changed
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.reported

custom := {"rule_id": "ORG001", "severity": "warning", "message": "no owner"}

test_a_custom_finding_is_completed if {
	compliance.findings == [{
		"rule_id": "ORG001",
		"title": "ORG001",
		"severity": "warning",
		"action": null,
		"server": "EX01",
		"message": "no owner",
		"remediation": "",
		"references": [],
		"path": "",
		"thumbprint": null,
		"connector": null,
		"suppressed": null,
	}] with input as document with data.transportcert.custom.findings as {custom}
}

test_a_custom_finding_can_say_everything if {
	whole := object.union(custom, {
		"title": "Owner",
		"server": "EX02",
		"remediation": "Enter it.",
		"references": ["https://contoso.test/owner"],
		"path": "server",
		"thumbprint": a,
		"connector": "Default EX01",
	})
	compliance.findings == [object.union(whole, {"suppressed": null, "action": sprintf("custom:ORG001:%s", [a])})] with input as document with data.transportcert.custom.findings as [whole]
}

test_custom_findings_stand_beside_the_shipped if {
	reported(changed({"has_private_key": false})) == ["ORG001", "TC012", "TC032"] with data.transportcert.custom.findings as {custom}
}

test_malformed_custom_findings[name] if {
	some name, case in {
		"no object": {"finding": "no owner", "problem": `"no owner": expected an object`},
		"empty": {
			"finding": {},
			"problem": "{}: message: expected a non-empty string; rule_id: expected an id of letters, digits, _ and -, not beginning with TC; severity: expected error, warning or info",
		},
		"no message": {
			"finding": object.remove(custom, ["message"]),
			"problem": `{"rule_id":"ORG001","severity":"warning"}: message: expected a non-empty string`,
		},
		"empty message": {
			"finding": object.union(custom, {"message": " "}),
			"problem": `{"message":" ","rule_id":"ORG001","severity":"warning"}: message: expected a non-empty string`,
		},
		"empty id": {
			"finding": object.union(custom, {"rule_id": ""}),
			"problem": `{"message":"no owner","rule_id":"","severity":"warning"}: rule_id: expected an id of letters, digits, _ and -, not beginning with TC`,
		},
		"shipped id": {
			"finding": object.union(custom, {"rule_id": "TC001"}),
			"problem": `{"message":"no owner","rule_id":"TC001","severity":"warning"}: rule_id: expected an id of letters, digits, _ and -, not beginning with TC`,
		},
		"severity": {
			"finding": object.union(custom, {"severity": "fatal"}),
			"problem": `{"message":"no owner","rule_id":"ORG001","severity":"fatal"}: severity: expected error, warning or info`,
		},
		"typo": {
			"finding": object.union(custom, {"remedy": "x"}),
			"problem": `{"message":"no owner","remedy":"x","rule_id":"ORG001","severity":"warning"}: remedy: unknown field`,
		},
		"suppressed": {
			"finding": object.union(custom, {"suppressed": null}),
			"problem": `{"message":"no owner","rule_id":"ORG001","severity":"warning","suppressed":null}: suppressed: unknown field`,
		},
	}
	found := compliance.findings with input as document with data.transportcert.custom.findings as [case.finding]
	[[f.rule_id, f.severity, f.message] | some f in found] == [[
		"TC092",
		"error",
		sprintf("EX01: data.transportcert.custom.findings: %s.", [case.problem]),
	]]
}

test_wrong_optional_fields[name] if {
	some name, field in {
		"title": {"title": ""},
		"server": {"server": null},
		"remediation": {"remediation": ["x"]},
		"references": {"references": "https://contoso.test"},
		"references not texts": {"references": [1]},
		"references in a set": {"references": {"https://contoso.test"}},
		"path": {"path": 1},
		"thumbprint": {"thumbprint": lower(a)},
		"connector": {"connector": 1},
	}
	reported(document) == ["TC092"] with data.transportcert.custom.findings as [object.union(custom, field)]
}

test_right_optional_fields[name] if {
	some name, field in {
		"no remediation": {"remediation": ""},
		"no references": {"references": []},
		"no thumbprint": {"thumbprint": null},
		"no connector": {"connector": null},
	}
	reported(document) == ["ORG001"] with data.transportcert.custom.findings as [object.union(custom, field)]
}

test_a_malformed_custom_finding_leaves_the_right_ones if {
	reported(document) == ["ORG001", "TC092"] with data.transportcert.custom.findings as [custom, {}]
}

test_a_long_malformed_custom_finding_is_cut_short if {
	found := compliance.findings with input as document with data.transportcert.custom.findings as [sprintf("%0300d", [0])]
	found[0].message == sprintf(`EX01: data.transportcert.custom.findings: "%0199d: expected an object.`, [0])
}

test_no_custom_findings[name] if {
	some name, findings in {"object": {"ORG001": custom}, "text": "x", "null": null, "true": true}
	found := compliance.findings with input as document with data.transportcert.custom.findings as findings
	[[f.rule_id, f.message] | some f in found] == [["TC092", "EX01: data.transportcert.custom.findings: expected a set or an array."]]
}
