package transportcert.inbound_starttls_test

import data.transportcert.document_test
import data.transportcert.inbound_starttls

test_no_event[name] if {
	some name, document in {
		"as it should be": with_relay({}, [mail]),
		"disabled": with_relay({"enabled": false}, []),
		"without Tls": with_relay({"auth_mechanisms": []}, []),
	}
	decision := inbound_starttls.decision with input as document
	decision.events == []
}

test_event_12014_step_4[name] if {
	some name, case in {
		"fqdn": {
			"change": {},
			"message": "EX01: Relay: no certificate in the store matches the connector's FQDN mail.contoso.test, so STARTTLS is not offered.",
		},
		"physical FQDN": {
			"change": {"fqdn": ""},
			"message": "EX01: Relay: no certificate in the store matches the server's FQDN node1.corp.contoso.test, so STARTTLS is not offered.",
		},
		"name": {
			"change": {"tls_certificate_name": "<I>CN=x<S>CN=y"},
			"message": "EX01: Relay: no certificate in the store matches the TlsCertificateName <I>CN=x<S>CN=y, so STARTTLS is not offered.",
		},
	}
	found := event(object.union(with_relay(case.change, []), {"procedure": "2016"}))
	object.remove(found, ["action", "remediation"]) == {
		"id": 12014,
		"source": "MSExchangeTransport",
		"step": 4,
		"severity": "error",
		"symbolic_name": null,
		"message": case.message,
		"connector": "Relay",
	}
}

test_event_12014_step_5_names_each_reason if {
	found := event(with_relay({}, [
		object.union(mail, {"services": ["IIS"], "has_private_key": null}),
		object.union(mail, {"thumbprint": document_test.c, "version": 1, "has_private_key": false, "services": null}),
	]))
	found.step == 5
	found.message == concat("", [
		"EX01: Relay: no eligible certificate matches the connector's FQDN mail.contoso.test: ",
		mail.thumbprint,
		" may have no private key (this was not gathered) and is not enabled for SMTP",
		" (some versions of Exchange select it anyway, and TLS then fails); ",
		document_test.c,
		" has no private key and may not be enabled for SMTP (this was not gathered) and is older than X.509 version 3,",
		" so STARTTLS is not offered.",
	])
}

test_event_12014_step_6 if {
	found := event(with_relay({}, [object.union(mail, {"trust": {"chain": "untrusted"}})]))
	found.step == 6
	found.message == sprintf(
		"EX01: Relay: the eligible certificates (%s) are neither self-signed nor known to be valid and from a trusted CA, so STARTTLS is not offered.",
		[mail.thumbprint],
	)
}

test_event_12016 if {
	found := event(with_relay({}, [expired_pki]))
	object.remove(found, ["action", "remediation"]) == {
		"id": 12016,
		"source": "MSExchangeTransport",
		"step": 7,
		"severity": "error",
		"symbolic_name": "STARTTLSCertificateExpired",
		"message": sprintf("EX01: Relay: the certificate for STARTTLS, %s, expired on 2026-01-01T00:00:00Z.", [mail.thumbprint]),
		"connector": "Relay",
	}
}

test_source[role] if {
	some role, source in {"FrontendTransport": "MSExchangeFrontEndTransport", "HubTransport": "MSExchangeTransport"}
	every certificates in [[], [expired_pki]] {
		event(with_relay({"transport_role": role}, certificates)).source == source
	}
}

test_events_come_in_the_order_of_the_connectors if {
	decision := inbound_starttls.decision with input as object.union(with_relay({}, [expired_pki]), {"connectors": [
		object.union(relay, {"name": "B"}),
		object.union(relay, {"name": "C", "auth_mechanisms": []}),
		object.union(relay, {"name": "A", "fqdn": "other.contoso.test"}),
	]})
	[[found.id, found.connector] | some found in decision.events] == [[12016, "B"], [12014, "A"]]
}
