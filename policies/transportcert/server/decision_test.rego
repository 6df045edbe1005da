package transportcert.server_test

import data.transportcert.document_test
import data.transportcert.inbound_anonymous
import data.transportcert.inbound_starttls
import data.transportcert.outbound_anonymous
import data.transportcert.server

mailbox := object.union(document_test.example, {"roles": ["Mailbox"], "exchange_version": "15.2.1748.10"})

decided(changes) := decision if {
	decision := server.decision with input as object.union(mailbox, changes)
}

test_decision if {
	document := object.union(mailbox, {"certificates": []})
	anonymous := inbound_anonymous.decision with input as document
	starttls := inbound_starttls.decision with input as document
	outbound := outbound_anonymous.decision with input as document
	decision := server.decision with input as document
	decision == {
		"server": "EX01",
		"evaluated_at": "2026-11-22T07:00:00Z",
		"procedure": "2016",
		"phase": "session",
		"exchange_version": "15.2.1748.10",
		"mail_at_risk": true,
		"inbound_anonymous": anonymous,
		"inbound_starttls": starttls,
		"outbound_anonymous": outbound,
		"events": array.concat(anonymous.events, starttls.events),
		"input_errors": [],
	}
	[event.id | some event in decision.events] == [12013, 12014]
	[event.id | some event in outbound.events] == [12013]
}

test_a_document_with_errors_decides_nothing if {
	decision := server.decision with input as object.remove(object.union(mailbox, {"phase": "startup"}), ["host"])
	nested := {"inbound_anonymous", "inbound_starttls", "outbound_anonymous"}
	object.remove(decision, nested) == {
		"server": "EX01",
		"evaluated_at": null,
		"procedure": null,
		"phase": "startup",
		"exchange_version": null,
		"mail_at_risk": null,
		"events": [],
		"input_errors": ["host: expected an object"],
	}
	every name in nested { decision[name].input_errors == ["host: expected an object"] }
}

test_the_version_can_be_unknown if {
	decision := server.decision with input as document_test.example
	decision.exchange_version == null
	decision.procedure == "2007"
}

# Only outbound anonymous TLS raises the event where no Receive connector has ExchangeServer.
test_events_of_outbound_anonymous_tls_alone if {
	decision := decided({"certificates": [], "connectors": [{"name": "Relay", "auth_mechanisms": []}]})
	[event.id | some event in decision.events] == [12013]
	decision.inbound_anonymous.events == []
}

test_of_connectors_with_one_name_the_first_event_stays if {
	decision := decided({"connectors": [
		{"name": "Relay", "auth_mechanisms": ["Tls"], "fqdn": "b.contoso.test"},
		{"name": "Relay", "auth_mechanisms": ["Tls"], "fqdn": "a.contoso.test"},
	]})
	count(decision.inbound_starttls.events) == 2
	decision.events == [decision.inbound_starttls.events[0]]
}

offers_nothing := {"connectors": [{"name": "Relay", "auth_mechanisms": []}]}

requires_tls(changes) := {"connectors": [
	document_test.connector,
	object.union({"name": "Relay", "auth_mechanisms": ["Tls"], "require_tls": true}, changes),
]}

test_mail_at_risk[name] if {
	some name, case in {
		"as it should be": {"change": {}, "at_risk": false},
		"12012": {"change": object.union(document_test.startup, document_test.not_set), "at_risk": true},
		"12013": {"change": {"certificates": []}, "at_risk": true},
		"expired": {"change": {"certificates": [object.union(document_test.self_signed, document_test.expired)]}, "at_risk": false},
		"no connector offers it": {"change": offers_nothing, "at_risk": true},
		"no connectors": {"change": {"connectors": []}, "at_risk": true},
		"no connector offers it, hub": {"change": object.union(offers_nothing, {"roles": ["HubTransport"]}), "at_risk": true},
		"no connector offers it, edge": {"change": object.union(offers_nothing, {"roles": ["EdgeTransport"]}), "at_risk": true},
		"no connector offers it, client access": {
			"change": object.union(offers_nothing, {"roles": ["ClientAccess"]}),
			"at_risk": false,
		},
		"no connector offers it, no roles": {"change": object.union(offers_nothing, {"roles": []}), "at_risk": false},
		"null in a session": {"change": document_test.not_set, "at_risk": true},
		"requires TLS": {"change": requires_tls({"fqdn": "ex01.corp.contoso.test"}), "at_risk": false},
		"requires TLS in vain": {"change": requires_tls({"fqdn": "x.contoso.test"}), "at_risk": true},
		"requires TLS without Tls": {"change": requires_tls({"auth_mechanisms": []}), "at_risk": true},
		"requires TLS, disabled": {"change": requires_tls({"fqdn": "x.contoso.test", "enabled": false}), "at_risk": false},
		"does not require TLS": {"change": requires_tls({"fqdn": "x.contoso.test", "require_tls": false}), "at_risk": false},
	}
	decided(case.change).mail_at_risk == case.at_risk
}

test_unknown_roles_do_not_rule_a_risk_out if {
	decision := server.decision with input as object.union(document_test.example, offers_nothing)
	decision.mail_at_risk == true
}
