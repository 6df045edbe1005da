package system.log_test

import data.system.log

certificate := {
	"thumbprint": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F",
	"subject": "CN=secret",
	"issuer": "CN=secret",
	"subject_common_names": ["secret"],
	"dns_names": ["secret.contoso.test"],
	"friendly_name": "secret",
	"serial_number": "5EC2E7",
	"der": "c2VjcmV0",
	"has_private_key": null,
	"trust": {"chain": "trusted", "error": "secret"},
	"a key of no specification": "secret",
}

event := {
	"path": "transportcert/inbound_anonymous/decision",
	"input": {
		"server": "EX01",
		"connectors": [{"name": "Relay", "tls_certificate_name": "<I>CN=secret<S>CN=secret"}],
		"certificates": [certificate],
		"documents": ["secret"],
	},
	"result": {"certificate": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F"},
}

test_only_what_is_listed_is_logged if {
	{"op": "upsert", "path": "/input", "value": {
		"server": "EX01",
		"connectors": [{"name": "Relay"}],
		"certificates": [{
			"thumbprint": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F",
			"has_private_key": null,
			"trust": {"chain": "trusted"},
		}],
	}} in log.mask with input as event
}

starttls := {
	"connectors": [{"name": "Relay", "searched_for": {"by": "tls_certificate_name", "value": "secret"}, "stopped_at": "certificate_not_found"}],
	"events": [{"id": 12014, "message": "secret", "remediation": "secret"}],
	"input_errors": [],
}

logged_starttls := {
	"connectors": [{"name": "Relay", "stopped_at": "certificate_not_found"}],
	"events": [{"id": 12014}],
	"input_errors": [],
}

test_decisions_are_logged_without_names[path] if {
	some path, case in {
		"transportcert/inbound_starttls/decision": {"result": starttls, "logged": logged_starttls},
		"transportcert/server/decision": {
			"result": {"server": "EX01", "inbound_starttls": starttls, "events": starttls.events, "input_errors": []},
			"logged": {"server": "EX01", "inbound_starttls": logged_starttls, "events": logged_starttls.events, "input_errors": []},
		},
		"transportcert/outbound_anonymous/decision": {
			"result": {"routes": [], "events": [], "input_errors": []},
			"logged": {"routes": [], "events": [], "input_errors": []},
		},
	}
	masks := log.mask with input as object.union(object.remove(event, ["result"]), {"path": path, "result": case.result})
	{"op": "upsert", "path": "/result", "value": case.logged} in masks
	not "/result" in masks
}

test_a_result_that_is_no_decision_stays if {
	masks := log.mask with input as object.union(event, {"result": true})
	count(masks) == 1
}

test_other_results_are_not_logged if {
	paths := [
		"transportcert/inbound_anonymous",
		"transportcert/inbound_anonymous/store",
		"transportcert/compliance/findings",
		"transportcert",
		"",
	]
	every path in paths {
		"/result" in log.mask with input as object.union(event, {"path": path})
	}
}

test_results_of_ad_hoc_queries_are_not_logged if {
	"/result" in log.mask with input as object.remove(event, ["path"])
}

test_documents_that_are_none_leave_nothing if {
	every certificates in ["secret", {"a": {"der": "secret"}}, ["secret", ["secret"]], null] {
		masks := log.mask with input as object.union(event, {"input": {"certificates": certificates, "connectors": certificates}})
		count(masks) == 2
		not contains(json.marshal(masks), "secret")
	}
}

test_trust_that_is_none_is_not_logged if {
	masks := log.mask with input as object.union(event, {"input": {"certificates": [{"version": 3, "trust": "secret"}]}})
	some entry in masks
	entry.value.certificates == [{"version": 3}]
}

test_other_decisions_are_logged_as_they_are if {
	count(log.mask) == 0 with input as {"path": "authz/allow", "input": {"user": "alice"}, "result": true}
	count(log.mask) == 0 with input as {"path": "authz/allow", "input": "alice", "result": true}
	count(log.mask) == 0 with input as {"path": "authz/allow", "result": true}
}
