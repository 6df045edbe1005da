package transportcert.outbound_anonymous_test

import data.transportcert.document_test
import data.transportcert.outbound_anonymous

to_hub := {
	"name": "EdgeSync - Inbound to Default-First-Site-Name",
	"smart_host_auth_mechanism": "ExchangeServer",
	"address_spaces": ["smtp:--;1"],
}

# with_route returns the example as a server with a role, a procedure and one Send connector, changed.
with_route(role, procedure, changes) := object.union(document_test.example, {
	"roles": [role],
	"procedure": procedure,
	"send_connectors": [object.union(to_hub, changes)],
})

decided(document) := decision if {
	decision := outbound_anonymous.decision with input as document
}

test_decision if {
	decided(with_route("EdgeTransport", "2016", {})) == {
		"server": "EX01",
		"evaluated_at": "2026-11-22T07:00:00Z",
		"procedure": "2016",
		"phase": "session",
		"role": "edge",
		"routes": [{
			"connector": to_hub.name,
			"uses_anonymous_tls": true,
			"certificate": document_test.a,
			"stopped_at": null,
		}],
		"certificate": document_test.a,
		"expired": false,
		"missing_facts": [],
		"events": [],
		"input_errors": [],
	}
}

test_a_document_with_errors_decides_nothing if {
	decided(object.remove(with_route("EdgeTransport", "2016", {}), ["host"])) == {
		"server": "EX01",
		"evaluated_at": null,
		"procedure": null,
		"phase": "session",
		"role": null,
		"routes": [],
		"certificate": null,
		"expired": null,
		"missing_facts": [],
		"events": [],
		"input_errors": ["host: expected an object"],
	}
}

test_role[name] if {
	some name, case in {
		"edge": {"roles": ["EdgeTransport"], "procedure": "2007", "role": "edge"},
		"edge comes first": {"roles": ["HubTransport", "EdgeTransport"], "procedure": "2007", "role": "edge"},
		"hub": {"roles": ["ClientAccess", "HubTransport"], "procedure": "2016", "role": "mailbox"},
		"mailbox in 2016": {"roles": ["Mailbox"], "procedure": "2016", "role": "mailbox"},
		"mailbox in 2010": {"roles": ["Mailbox"], "procedure": "2010", "role": "other"},
		"other": {"roles": ["ClientAccess"], "procedure": "2016", "role": "other"},
		"none": {"roles": [], "procedure": "2016", "role": "other"},
	}
	document := object.union(document_test.example, {"roles": case.roles, "procedure": case.procedure})
	decided(document).role == case.role
}

test_routes[name] if {
	some name, case in {
		"mailbox, 2016": {"role": "Mailbox", "procedure": "2016", "routes": [null]},
		"mailbox, 2010": {"role": "HubTransport", "procedure": "2010", "routes": [null, to_hub.name]},
		"mailbox, 2007": {"role": "HubTransport", "procedure": "2007", "routes": [null, to_hub.name]},
		"edge, 2007": {"role": "EdgeTransport", "procedure": "2007", "routes": [to_hub.name]},
		"edge, 2016": {"role": "EdgeTransport", "procedure": "2016", "routes": [to_hub.name]},
		"other": {"role": "ClientAccess", "procedure": "2007", "routes": []},
	}
	decision := decided(with_route(case.role, case.procedure, {}))
	[route.connector | some route in decision.routes] == case.routes
	every route in decision.routes { route.uses_anonymous_tls }
	decision.missing_facts == []
}

test_missing_facts[name] if {
	some name, case in {
		"roles": {"remove": ["roles", "send_connectors"], "role": "EdgeTransport", "procedure": "2016", "routes": [], "missing": ["roles"]},
		"edge": {"remove": ["send_connectors"], "role": "EdgeTransport", "procedure": "2016", "routes": [], "missing": ["send_connectors"]},
		"mailbox, 2010": {
			"remove": ["send_connectors"],
			"role": "HubTransport",
			"procedure": "2010",
			"routes": [null],
			"missing": ["send_connectors"],
		},
		"mailbox, 2016": {"remove": ["send_connectors"], "role": "Mailbox", "procedure": "2016", "routes": [null], "missing": []},
		"other": {"remove": ["send_connectors"], "role": "ClientAccess", "procedure": "2007", "routes": [], "missing": []},
	}
	decision := decided(object.remove(with_route(case.role, case.procedure, {}), case.remove))
	[route.connector | some route in decision.routes] == case.routes
	decision.missing_facts == case.missing
}

test_gates[name] if {
	some name, case in {
		"disabled": {"role": "HubTransport", "change": {"enabled": false}, "stopped_at": "connector_disabled"},
		"disabled comes first": {
			"role": "EdgeTransport",
			"change": {"enabled": false, "smart_host_auth_mechanism": "None", "address_spaces": []},
			"stopped_at": "connector_disabled",
		},
		"without ExchangeServer": {
			"role": "HubTransport",
			"change": {"smart_host_auth_mechanism": "BasicAuth"},
			"stopped_at": "exchange_server_auth_disabled",
		},
		"without ExchangeServer comes before the address spaces": {
			"role": "EdgeTransport",
			"change": {"smart_host_auth_mechanism": "None", "address_spaces": []},
			"stopped_at": "exchange_server_auth_disabled",
		},
		"mailbox, to the Internet": {"role": "HubTransport", "change": {"address_spaces": ["SMTP:*;1"]}, "stopped_at": null},
		"edge, to the Internet": {
			"role": "EdgeTransport",
			"change": {"address_spaces": ["SMTP:*;1"]},
			"stopped_at": "not_to_organization",
		},
	}
	routes := decided(with_route(case.role, "2010", case.change)).routes
	route := routes[count(routes) - 1]
	route.stopped_at == case.stopped_at
	route.uses_anonymous_tls == is_null(case.stopped_at)
}

test_what_was_not_gathered_of_a_connector_stops_it if {
	document := object.union(with_route("EdgeTransport", "2016", {}), {"send_connectors": [{"name": "x"}]})
	decided(document).routes[0].stopped_at == "exchange_server_auth_disabled"
}

test_address_spaces[space] if {
	some space, leads in {
		"--": true,
		"--;1": true,
		"SMTP:--;1": true,
		"smtp:--": true,
		"ſmtp:--": false,
		"SMTP:contoso.test;1": false,
		"X400:--;1": false,
		":--;1": false,
		" --": false,
		"SMTP: --;1": false,
		"---": false,
	}
	result := [connector | some connector in [{"address_spaces": ["SMTP:*;1", space]}]; outbound_anonymous.leads_to_organization(connector)]
	count(result) == count([leads | leads])
}

test_routes_run_the_steps_of_the_internal_transport_certificate[name] if {
	some name, case in {
		"unreadable": {"change": document_test.unreadable, "stopped_at": "directory_unreadable"},
		"null": {"change": document_test.not_set, "stopped_at": "directory_null"},
		"not in the store": {"change": {"certificates": []}, "stopped_at": "certificate_not_found"},
	}
	decision := decided(object.union(with_route("Mailbox", "2016", {}), case.change))
	decision.certificate == null
	decision.expired == null
	decision.routes == [{"connector": null, "uses_anonymous_tls": false, "certificate": null, "stopped_at": case.stopped_at}]
}

test_events[name] if {
	some name, case in {
		"as it should be": {"role": "Mailbox", "change": {}, "ids": []},
		"12012": {"role": "ClientAccess", "change": object.union(document_test.startup, document_test.not_set), "ids": [12012]},
		"12012 not in a session": {"role": "Mailbox", "change": document_test.not_set, "ids": []},
		"12013": {"role": "Mailbox", "change": {"certificates": []}, "ids": [12013]},
		"12013 without a route": {"role": "ClientAccess", "change": {"certificates": []}, "ids": []},
		"12013 behind a gate": {
			"role": "EdgeTransport",
			"change": {"certificates": [], "send_connectors": [object.union(to_hub, {"enabled": false})]},
			"ids": [],
		},
		"12013 on a Send connector": {"role": "EdgeTransport", "change": {"certificates": []}, "ids": [12013]},
		"12015": {
			"role": "EdgeTransport",
			"change": {"certificates": [object.union(document_test.self_signed, document_test.expired)]},
			"ids": [12015],
		},
		"1037 is not of this scenario": {
			"role": "Mailbox",
			"change": {"certificates": [document_test.self_signed, document_test.pki]},
			"ids": [],
		},
	}
	decision := decided(object.union(with_route(case.role, "2016", {}), case.change))
	[event.id | some event in decision.events] == case.ids
	every event in decision.events { event.connector == null }
}
