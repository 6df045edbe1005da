package transportcert.remedies_test

import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.connector
import data.transportcert.compliance.rules_test.expired
import data.transportcert.compliance.rules_test.self_signed
import data.transportcert.compliance.rules_test.with_certificates
import data.transportcert.remedies
import data.transportcert.server

test_events_say_what_their_actions_say[name] if {
	old := object.union(self_signed, expired)
	recent := object.union(old, {"thumbprint": b, "not_before": "2024-02-01T00:00:00Z", "services": ["SMTP"]})
	some name, case in {
		"the internal transport certificate": {"certificates": [old], "events": [12015, 12016]},
		"one that the internal transport certificate replaces": {"certificates": [old, recent], "events": [12015, 1037, 12016]},
		"one that is renewed": {
			"certificates": [old, object.union(recent, {"services": ["IMAP", "SMTP"]})],
			"events": [12015, 1037, 12016],
		},
	}
	both := object.union(connector, {"auth_mechanisms": ["ExchangeServer", "Tls"]})
	value := object.union(with_certificates(case.certificates), {"connectors": [both], "procedure": "2010"})
	actions := planned(value)
	decision := server.decision with input as value
	[event.id | some event in decision.events] == case.events
	every event in decision.events {
		action := actions[event.action]
		event.remediation == concat("\n", array.concat(
			[sprintf("# Answer %s when asked: %s", [action.prompt.answer, action.prompt.question])],
			action.commands,
		))
	}
}

test_quoted[text] if {
	some text, quoted in {
		"EX01": "'EX01'",
		"O'Hara": "'O''Hara'",
		"‘’‚‛": "'‘‘’’‚‚‛‛'",
		"$(calc)": "'$(calc)'",
		"Büro 日本 €": "'Büro 日本 €'",
		"EX01\nStop-Service 'x' #+": "([uri]::UnescapeDataString('EX01%0AStop-Service%20%27x%27%20%23%2B'))",
		"a\u202eb\u2028\u007f": "([uri]::UnescapeDataString('a%E2%80%AEb%E2%80%A8%7F'))",
	}
	remedies.quoted(text) == quoted
}
