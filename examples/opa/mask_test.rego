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
	"input": {"server": "EX01", "certificates": [certificate], "documents": ["secret"]},
	"result": {"certificate": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F"},
}

test_only_what_is_listed_is_logged if {
	log.mask == {{"op": "upsert", "path": "/input", "value": {
		"server": "EX01",
		"certificates": [{
			"thumbprint": "5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F5E1F",
			"has_private_key": null,
			"trust": {"chain": "trusted"},
		}],
	}}} with input as event
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
		some entry in log.mask with input as object.union(event, {"input": {"certificates": certificates}})
		not contains(json.marshal(entry), "secret")
	}
}

test_trust_that_is_none_is_not_logged if {
	some entry in log.mask with input as object.union(event, {"input": {"certificates": [{"version": 3, "trust": "secret"}]}})
	entry.value.certificates == [{"version": 3}]
}

test_other_decisions_are_logged_as_they_are if {
	count(log.mask) == 0 with input as {"path": "authz/allow", "input": {"user": "alice"}, "result": true}
	count(log.mask) == 0 with input as {"path": "authz/allow", "input": "alice", "result": true}
	count(log.mask) == 0 with input as {"path": "authz/allow", "result": true}
}
