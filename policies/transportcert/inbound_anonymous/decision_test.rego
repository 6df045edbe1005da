package transportcert.inbound_anonymous_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.c
import data.transportcert.document_test.changed
import data.transportcert.document_test.example
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.document_test.startup
import data.transportcert.document_test.with_certificates
import data.transportcert.inbound_anonymous

test_decision if {
	inbound_anonymous.decision == {
		"server": "EX01",
		"phase": "session",
		"evaluated_at": "2026-11-22T07:00:00Z",
		"procedure": "2007",
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
	inbound_anonymous.decision.phase == "startup" with input as object.union(example, startup)
}

test_a_document_with_errors_decides_nothing if {
	inbound_anonymous.decision == {
		"server": "EX01",
		"phase": "session",
		"evaluated_at": null,
		"procedure": null,
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
	} with input as object.remove(example, ["host"])
}

test_what_is_no_document_decides_nothing[name] if {
	some name, value in {"null": null, "text": "EX01", "number": 1, "array": [example], "object": {}}
	decision := inbound_anonymous.decision with input as value
	decision.server == null
	decision.connectors == []
	"certificates: expected an array" in decision.input_errors
}

test_a_custom_reason_changes_the_decision_and_says_so if {
	decision := inbound_anonymous.decision with input as with_certificates([self_signed, pki])
		with data.transportcert.custom.ineligible as {
			{"thumbprint": b, "reason": "rsa_below_3072"},
			{"thumbprint": b, "reason": "another_ca"},
			{"thumbprint": c, "reason": "not_in_this_store"},
		}
	decision.ineligible == {b: ["another_ca", "rsa_below_3072"]}
	decision.best == a
	decision.matches_best == true
	decision.customized == true
	decision.customized_by == ["another_ca", "rsa_below_3072"]
}

test_a_decision_that_no_custom_reason_changed_says_nothing_of_it if {
	decision := inbound_anonymous.decision with input as example
		with data.transportcert.custom.ineligible as {{"thumbprint": c, "reason": "not_in_this_store"}}
	not "customized" in object.keys(decision)
}

test_a_custom_reason_that_cannot_be_read_decides_nothing[name] if {
	some name, entry in {
		"no reason": {"thumbprint": a},
		"empty reason": {"thumbprint": a, "reason": ""},
		"no thumbprint": {"reason": "x"},
		"lower case": {"thumbprint": lower(a), "reason": "x"},
		"text": a,
	}
	decision := inbound_anonymous.decision with input as example with data.transportcert.custom.ineligible as [entry]
	decision.input_errors == ["data.transportcert.custom.ineligible: expected objects with a thumbprint and a reason"]
}
