package transportcert.inbound_anonymous_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.changed
import data.transportcert.document_test.connector
import data.transportcert.document_test.example
import data.transportcert.document_test.expired
import data.transportcert.document_test.not_set
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.document_test.startup
import data.transportcert.document_test.unreadable
import data.transportcert.document_test.with_certificates
import data.transportcert.inbound_anonymous

without_exchange_server := {"connectors": [{"name": "Relay", "auth_mechanisms": ["Tls"]}]}

disabled := {"connectors": [object.union(connector, {"enabled": false})]}

not_in_the_store := {"certificates": []}

better := {"certificates": [self_signed, pki]}

expired_only := {"certificates": [object.union(self_signed, expired)]}

expired_and_better := {"certificates": [object.union(self_signed, expired), pki]}

test_events[name] if {
	some name, case in {
		"as it should be": {"changes": [], "ids": []},
		"as it should be, startup": {"changes": [startup], "ids": []},
		"12012, unreadable": {"changes": [startup, unreadable], "ids": [12012]},
		"12012, null": {"changes": [startup, not_set], "ids": [12012]},
		"12012, whatever the connectors say": {"changes": [startup, not_set, without_exchange_server], "ids": [12012]},
		"12012, without connectors": {"changes": [startup, not_set, {"connectors": []}], "ids": [12012]},
		"12012 not in a session, unreadable": {"changes": [unreadable], "ids": []},
		"12012 not in a session, null": {"changes": [not_set], "ids": []},
		"12013": {"changes": [not_in_the_store], "ids": [12013]},
		"12013, startup": {"changes": [startup, not_in_the_store], "ids": [12013]},
		"12013 without ExchangeServer": {"changes": [startup, not_in_the_store, without_exchange_server], "ids": []},
		"12013 on a disabled connector": {"changes": [not_in_the_store, disabled], "ids": []},
		"12015": {"changes": [expired_only], "ids": [12015]},
		"12015, startup": {"changes": [startup, expired_only], "ids": [12015]},
		"12015 without ExchangeServer": {"changes": [expired_only, without_exchange_server], "ids": []},
		"1037": {"changes": [better], "ids": [1037]},
		"1037, startup": {"changes": [startup, better], "ids": [1037]},
		"1037 without connectors": {"changes": [better, {"connectors": []}], "ids": []},
		"12015 and 1037": {"changes": [expired_and_better], "ids": [12015, 1037]},
	}
	ids := [event.id | some event in inbound_anonymous.events] with input as object.union_n(array.concat([example], case.changes))
	ids == case.ids
}

test_event_12012 if {
	inbound_anonymous.events == [{
		"id": 12012,
		"source": "MSExchangeTransport",
		"step": 3,
		"severity": "error",
		"symbolic_name": "InternalTransportCertificateMissingInAD",
		"message": "EX01: the server's object in the directory cannot be read (timeout), so no internal transport certificate is loaded.",
		"action": "directory-readable",
		"remediation": concat("\n", [
			"# The server cannot read its own object in the directory (timeout).",
			"# Look for what keeps it from its domain controllers: Test-ServiceHealth, nltest /dsgetdc:, the Application log.",
			"# Restart the transport service afterwards, gather the facts again, and check them again.",
		]),
		"connector": null,
	}] with input as object.union_n([example, startup, unreadable])
}

test_event_12012_where_nobody_says_why[name] if {
	some name, directory in {"empty": {"error": ""}, "absent": {}}
	unexplained := object.union({"readable": false, "internal_transport_certificate": null}, directory)
	events := inbound_anonymous.events with input as object.union(
		object.remove(example, ["directory"]),
		{"directory": unexplained, "phase": "startup"},
	)
	contains(events[0].message, "(no reason given)")
}

test_event_12012_where_nothing_is_eligible if {
	events := inbound_anonymous.events with input as object.union_n([example, startup, not_set, {"certificates": []}])
	events[0].message == "EX01: msExchServerInternalTLSCert is not set in the directory, so no internal transport certificate is loaded."
	events[0].remediation == concat("\n", [
		"# Answer Yes when asked: Overwrite the existing default SMTP certificate?",
		concat(" ", [
			"New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01'",
			"-DomainName 'EX01','ex01.corp.contoso.test','NODE1' -IncludeServerFQDN -Services SMTP",
		]),
	])
}

test_event_12013 if {
	inbound_anonymous.events == [{
		"id": 12013,
		"source": "MSExchangeTransport",
		"step": 4,
		"severity": "error",
		"symbolic_name": "CannotLoadInternalTransportCertificateFromStore",
		"message": sprintf("EX01: the directory names the internal transport certificate %s, but it is not in the store.", [a]),
		"action": "internal-transport-certificate",
		"remediation": concat("\n", [
			"# Answer Yes when asked: Overwrite the existing default SMTP certificate?",
			sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [b]),
		]),
		"connector": null,
	}] with input as object.union(with_certificates([pki]), {"procedure": "2010"})
}

test_event_12015 if {
	inbound_anonymous.events == [{
		"id": 12015,
		"source": "MSExchangeTransport",
		"step": 5,
		"severity": "error",
		"symbolic_name": "InternalTransportCertificateExpired",
		"message": sprintf("EX01: the internal transport certificate %s expired on 2026-11-22T06:59:59Z.", [a]),
		"action": "internal-transport-certificate",
		"remediation": concat("\n", [
			"# Answer Yes when asked: Overwrite the existing default SMTP certificate?",
			concat(" ", [
				"$new = New-ExchangeCertificate -Server 'EX01' -KeySize 2048 -PrivateKeyExportable $true -FriendlyName 'EX01'",
				"-DomainName 'EX01','ex01.corp.contoso.test','NODE1' -IncludeServerFQDN -Services SMTP",
			]),
			"Enable-ExchangeCertificate -Thumbprint $new.Thumbprint -Services IIS -Server 'EX01'",
		]),
		"connector": null,
	}] with input as changed(expired)
}

test_event_1037 if {
	inbound_anonymous.events == [{
		"id": 1037,
		"source": "MSExchangeTransport",
		"step": 9,
		"severity": "warning",
		"symbolic_name": null,
		"message": sprintf(
			"EX01: the internal transport certificate is %s, and the best certificate is %s, valid from 2023-01-01T00:00:00Z.",
			[a, b],
		),
		"action": "internal-transport-certificate",
		"remediation": concat("\n", [
			"# Answer Yes when asked: Overwrite the existing default SMTP certificate?",
			sprintf("Enable-ExchangeCertificate -Thumbprint %s -Services SMTP -Server 'EX01'", [b]),
		]),
		"connector": null,
	}] with input as object.union(with_certificates([self_signed, pki]), {"procedure": "2010"})
}

test_events_by_procedure[name] if {
	some name, case in {
		"2007": {"procedure": "2007", "ids": [12015, 1037]},
		"2010": {"procedure": "2010", "ids": [12015, 1037]},
		"2016": {"procedure": "2016", "ids": [12015]},
	}
	document := object.union_n([example, expired_and_better, {"procedure": case.procedure}])
	decision := inbound_anonymous.decision with input as document
	[event.id | some event in decision.events] == case.ids

	# Steps 6 to 9 are advice in 2016.
	decision.best == b
	decision.matches_best == false
}

test_a_suppressed_connector_raises_no_event[name] if {
	some name, change in {"12013": not_in_the_store, "12015 and 1037": expired_and_better}
	suppressed := {"procedure": "2010", "connectors": [object.union(connector, {"suppress_x_anonymous_tls": true})]}
	inbound_anonymous.events == [] with input as object.union_n([example, change, suppressed])
}
