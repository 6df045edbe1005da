package transportcert.remedies_test

import data.transportcert.compliance.rules_test.connector
import data.transportcert.compliance.rules_test.document
import data.transportcert.compliance.rules_test.expired
import data.transportcert.compliance.rules_test.self_signed

test_connectors_of_setup_that_have_lost_exchange_server if {
	lost_it := object.union(connector, {"auth_mechanisms": ["Tls"]})
	value := object.union(document, {"connectors": [
		lost_it,
		object.union(lost_it, {"name": "Default Frontend EX01"}),
		object.union(connector, {"name": "Client Proxy EX01", "bindings": ["0.0.0.0:465"]}),
	]})
	found := planned(value)
	object.keys(found) == {"exchange-server-auth:Default EX01", "exchange-server-auth:Default Frontend EX01"}
	every action in found {
		action.why == ["TC040"]
		contains(action.description, "V-228375")
	}
}

test_a_connector_with_the_fqdn_of_another_server[name] if {
	some name, case in {
		"that keeps its certificate": {"certificates": [self_signed, mail], "ids": {"connector-fqdn:Default EX01", "receive-connector-tls:Default EX01"}},
		"without a certificate": {"certificates": [self_signed], "ids": {"connector-fqdn:Default EX01"}},
	}
	value := object.union(document, {
		"procedure": "2016", "certificates": case.certificates,
		"connectors": [object.union(connector, {"auth_mechanisms": ["Tls", "ExchangeServer"], "fqdn": "mail.contoso.test"})],
	})
	object.keys(planned(value)) == case.ids
}

test_exchange_server_needs_the_servers_fqdn if {
	value := object.union(document, {
		"connectors": [
			object.union(connector, {"name": "In"}),
			object.union(connector, {"auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test", "suppress_x_anonymous_tls": true}),
		],
		"procedure": "2016",
	})
	found := planned(value)
	object.keys(found) == {"connector-fqdn:Default EX01", "exchange-server-auth:Default EX01", "suppress-x-anonymous-tls:Default EX01"}
	endswith(found["exchange-server-auth:Default EX01"].commands[0], " -Fqdn 'ex01.corp.contoso.test'")
	found["exchange-server-auth:Default EX01"].effect[1].path == "/connectors/1/fqdn"
}

test_offering_needs_a_certificate if {
	value := object.union(document, {
		"certificates": [object.union(self_signed, expired)],
		"connectors": [object.union(connector, {"auth_mechanisms": []})],
	})
	found := planned(value)
	"TC040" in found[itc].why
	"TC040" in found["exchange-server-auth:Default EX01"].why
}

test_connectors_of_one_name if {
	lost_it := object.union(connector, {"auth_mechanisms": ["Tls"]})
	found := planned(object.union(document, {"connectors": [lost_it, lost_it]}))
	object.keys(found) == {"exchange-server-auth:Default EX01[0]", "exchange-server-auth:Default EX01[1]"}
}

test_a_connector_for_exchange_servers[name] if {
	some name, case in {
		"2019": {"procedure": "2016", "role": " -TransportRole FrontendTransport"},
		"2010": {"procedure": "2010", "role": ""},
	}
	action := planned(object.union(document, {"connectors": [], "procedure": case.procedure}))["receive-connector"]
	action.why == ["TC044"]
	startswith(action.commands[0], sprintf("New-ReceiveConnector -Name 'Exchange servers EX01' -Server 'EX01' -Usage Custom%s -Bindings ", [case.role]))
}

test_a_relay_without_bindings if {
	relay := {"name": "Relay", "auth_mechanisms": ["Tls"], "remote_ip_ranges": ["10.0.0.0/24"], "fqdn": "ex01.corp.contoso.test"}
	found := planned(object.union(document, {
		"connectors": [connector, relay], "exchange_server_addresses": ["10.0.0.11"],
	}))
	"TC045" in found["gather-facts"].why
}
