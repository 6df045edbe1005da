package transportcert.inbound_anonymous_test

import data.transportcert.inbound_anonymous

test_decision if {
	inbound_anonymous.decision == {
		"server": "EX01",
		"phase": "session",
		"evaluated_at": "2026-11-22T07:00:00Z",
		"connectors": [{
			"name": "Default EX01",
			"advertise_x_anonymoustls": true,
			"certificate": a,
			"stopped_at": null,
		}],
		"certificate": a,
		"expired": false,
		"domains": ["ex01", "ex01.corp.contoso.test", "node1", "node1.corp.contoso.test"],
		"eligible": [a],
		"ineligible": {b: ["no_private_key", "smtp_not_enabled"]},
		"best": a,
		"best_kind": "self_signed",
		"matches_best": true,
		"events": [],
		"input_errors": [],
	} with input as with_certificates([
		self_signed,
		object.union(pki, {"services": [], "has_private_key": false}),
	])
}

test_decision_in_the_year_9999 if {
	decision := inbound_anonymous.decision with input as changed({
		"not_before": "9999-01-01T00:00:00Z",
		"not_after": "9999-12-31T23:59:59Z",
	})
	decision.best == a
	decision.expired == false
}

test_phase_is_what_the_document_says if {
	inbound_anonymous.decision.phase == "startup" with input as object.union(document, startup)
}

test_a_document_with_errors_decides_nothing if {
	inbound_anonymous.decision == {
		"server": "EX01",
		"phase": "session",
		"evaluated_at": null,
		"connectors": [],
		"certificate": null,
		"expired": null,
		"domains": [],
		"eligible": [],
		"ineligible": {},
		"best": null,
		"best_kind": null,
		"matches_best": null,
		"events": [],
		"input_errors": ["host: expected an object"],
	} with input as object.remove(document, ["host"])
}

test_what_is_no_document_decides_nothing[name] if {
	some name, value in {"null": null, "text": "EX01", "number": 1, "array": [document], "object": {}}
	decision := inbound_anonymous.decision with input as value
	decision.server == null
	decision.connectors == []
	"certificates: expected an array" in decision.input_errors
}
