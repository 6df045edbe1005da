package transportcert.plan_test

import data.transportcert.compliance.rules_test.changed
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.expired
import data.transportcert.compliance.rules_test.not_set
import data.transportcert.plan

test_nothing_to_do if {
	plan == {"verdict": "OK", "actions": []} with input as document
}

test_an_action_answers_its_event_and_its_finding if {
	plan.verdict == "ACTION NEEDED" with input as changed(expired)
	[action, removal] := plan.actions with input as changed(expired)
	action.id == "internal-transport-certificate"
	action.why == [12015, "TC003"]
	removal.id == "remove-certificate:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	removal.why == action.why
}

test_mail_at_risk if {
	plan.verdict == "MAIL AT RISK" with input as object.union(document, object.union(not_set, {"phase": "startup"}))
}
