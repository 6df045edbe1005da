package transportcert.inbound_anonymous_test

import data.transportcert.document_test.a
import data.transportcert.document_test.connector
import data.transportcert.document_test.example
import data.transportcert.document_test.not_set
import data.transportcert.document_test.unreadable
import data.transportcert.inbound_anonymous

test_connector_that_offers if {
	inbound_anonymous.connectors == [{
		"name": "Default EX01",
		"advertise_x_anonymoustls": true,
		"certificate": a,
		"stopped_at": null,
	}] with input as example
}

test_connectors_keep_their_order if {
	connectors := [{"name": name, "auth_mechanisms": ["Tls"]} | some name in ["b", "c", "a"]]
	names := [verdict.name | some verdict in inbound_anonymous.connectors] with input.connectors as connectors
	names == ["b", "c", "a"]
}

test_stops[name] if {
	some name, stop in {
		"disabled": {
			"change": {"connectors": [object.union(connector, {"enabled": false})]},
			"stopped_at": "connector_disabled",
		},
		"disabled comes before step 2": {
			"change": {"connectors": [{"name": "Default EX01", "auth_mechanisms": [], "enabled": false}]},
			"stopped_at": "connector_disabled",
		},
		"without ExchangeServer": {
			"change": {"connectors": [{"name": "Default EX01", "auth_mechanisms": ["Tls"], "enabled": true}]},
			"stopped_at": "exchange_server_auth_disabled",
		},
		"without ExchangeServer, comes before step 3": {
			"change": object.union(unreadable, {"connectors": [{"name": "Default EX01", "auth_mechanisms": ["Tls"]}]}),
			"stopped_at": "exchange_server_auth_disabled",
		},
		"unreadable": {"change": unreadable, "stopped_at": "directory_unreadable"},
		"unreadable, whatever else it says": {
			"change": {"directory": {"readable": false, "internal_transport_certificate": a}},
			"stopped_at": "directory_unreadable",
		},
		"null": {"change": not_set, "stopped_at": "directory_null"},
		"not in the store": {"change": {"certificates": []}, "stopped_at": "certificate_not_found"},
	}
	inbound_anonymous.connectors == [{
		"name": "Default EX01",
		"advertise_x_anonymoustls": false,
		"certificate": null,
		"stopped_at": stop.stopped_at,
	}] with input as object.union(example, stop.change)
}

test_suppressed[name] if {
	some name, case in {
		"2007": {"procedure": "2007", "change": {}, "stopped_at": null},
		"2010": {"procedure": "2010", "change": {}, "stopped_at": "x_anonymoustls_suppressed"},
		"2016": {"procedure": "2016", "change": {}, "stopped_at": "x_anonymoustls_suppressed"},
		"not suppressed": {"procedure": "2016", "change": {"suppress_x_anonymous_tls": false}, "stopped_at": null},
		"without ExchangeServer comes first": {
			"procedure": "2016",
			"change": {"auth_mechanisms": ["Tls"]},
			"stopped_at": "exchange_server_auth_disabled",
		},
	}
	suppressed := object.union_n([connector, {"suppress_x_anonymous_tls": true}, case.change])
	connectors := inbound_anonymous.connectors with input as object.union(
		example,
		{"procedure": case.procedure, "connectors": [suppressed]},
	)
	connectors[0].stopped_at == case.stopped_at
	connectors[0].advertise_x_anonymoustls == is_null(case.stopped_at)
}

test_suppressed_comes_before_step_3 if {
	suppressed := object.union(connector, {"suppress_x_anonymous_tls": true})
	document := object.union_n([example, unreadable, {"procedure": "2010", "connectors": [suppressed]}])
	connectors := inbound_anonymous.connectors with input as document
	connectors[0].stopped_at == "x_anonymoustls_suppressed"
}
