package transportcert.forecast_test

import data.transportcert.document_test
import data.transportcert.forecast

# The example is a server at 2026-11-22T07:00:00Z with a self-signed certificate a until 2029. 400 days end on
# 2027-12-27T07:00:00Z. Here the certificate ends sooner, and a certificate b of a CA is for STARTTLS.
a := document_test.a

b := document_test.b

self_signed := object.union(document_test.self_signed, {"friendly_name": "Microsoft Exchange"})

pki := object.union(document_test.pki, {"subject": "CN=mail", "not_before": "2025-01-01T00:00:00Z"})

connector := object.union(document_test.connector, {"fqdn": "ex01.corp.contoso.test"})

with_certificates(certificates) := object.union(document_test.example, {
	"exchange_version": "15.2.1748.10",
	"connectors": [connector],
	"certificates": certificates,
})

# chain returns the trust of a certificate whose chain is valid in a window.
chain(from, until) := {"trust": object.union(pki.trust, {"valid_from": from, "valid_until": until})}

forecast_of(certificates) := timeline if {
	timeline := forecast.timeline with input as with_certificates(certificates)
}

# told returns what changes, without the reason.
told(certificates) := [[change.at, change.connector, change.scenario, change.field, change.from, change.to, change.event] |
	some change in forecast_of(certificates).changes
]

# sentences returns when, why and what, and whether it is worse.
sentences(certificates) := [[change.at, change.because, timeline.sentences[i], i in timeline.worse] |
	timeline := forecast_of(certificates)
	some i, change in timeline.changes
]

test_nothing_changes if {
	forecast_of([self_signed]) == {
		"server": "EX01",
		"from": "2026-11-22T07:00:00Z",
		"until": "2027-12-27T07:00:00Z",
		"omitted": false,
		"changes": [],
		"worse": [],
		"sentences": [],
		"input_errors": [],
	}
}

# The second that not_after names still belongs to it.
test_the_internal_transport_certificate_expires if {
	certificates := [object.union(self_signed, {"not_after": "2027-03-01T12:00:00Z"})]
	at := "2027-03-01T12:00:01Z"
	told(certificates) == [
		[at, null, "inbound_anonymous", "expired", false, true, null],
		[at, "Default EX01", "inbound_starttls", "expired", false, true, null],
		[at, null, "outbound_anonymous", "expired", false, true, null],
		[at, null, "inbound_anonymous", "event", false, true, 12015],
		[at, "Default EX01", "inbound_starttls", "event", false, true, 12016],
	]
	because := "Microsoft Exchange (AAAAAAAA) expires on 2027-03-01T12:00:00Z"
	sentences(certificates) == [
		[at, because, "The internal transport certificate has expired.", true],
		[at, because, "The certificate that Default EX01 uses for STARTTLS has expired.", true],
		[at, because, "The internal transport certificate has expired.", true],
		[at, because, "The server starts to log event 12015.", true],
		[at, because, "The server starts to log event 12016 for Default EX01.", true],
	]
}

test_each_change_has_the_fields_of_the_contract if {
	some change in forecast_of([object.union(self_signed, {"not_after": "2027-03-01T12:00:00Z"})]).changes
	object.keys(change) == {"at", "scenario", "connector", "field", "from", "to", "event", "because"}
}

# In the store of the example a is newer than b, and b is best and used as long as its chain is valid.
test_the_chain_expires_before_the_certificate if {
	certificates := [self_signed, object.union(pki, chain("2025-01-01T00:00:00Z", "2027-01-31T23:59:59Z"))]
	at := "2027-02-01T00:00:00Z"
	because := "the chain of CN=mail (BBBBBBBB) expires on 2027-01-31T23:59:59Z"
	told(certificates) == [
		[at, null, "inbound_anonymous", "best", b, a, null],
		[at, null, "inbound_anonymous", "best_kind", "pki", "self_signed", null],
		[at, "Default EX01", "inbound_starttls", "certificate", b, a, null],
		[at, "Default EX01", "inbound_starttls", "certificate_kind", "pki", "self_signed", null],
	]
	sentences(certificates) == [
		[at, because, "The best certificate is Microsoft Exchange (AAAAAAAA) instead of CN=mail (BBBBBBBB).", false],
		[at, because, "The best certificate is a self-signed certificate instead of a valid PKI certificate.", false],
		[
			at, because,
			"Default EX01 uses Microsoft Exchange (AAAAAAAA) for STARTTLS instead of CN=mail (BBBBBBBB).",
			false,
		],
		[at, because, "Default EX01 uses a self-signed certificate for STARTTLS instead of a valid PKI certificate.", true],
	]
}

# Without b's chain, no certificate can be used for STARTTLS, which this connector requires.
test_a_chain_becomes_valid if {
	window := chain("2026-12-01T00:00:00Z", "2028-01-01T00:00:00Z")
	certificates := [object.union(self_signed, {"services": ["IIS"]}), object.union(object.remove(pki, ["subject"]), window)]
	document := object.union(with_certificates(certificates), {"connectors": [object.union(connector, {"require_tls": true})]})
	timeline := forecast.timeline with input as document
	{change.at | some change in timeline.changes} == {"2026-12-01T00:00:00Z"}
	{change.because | some change in timeline.changes} == {"the chain of the certificate (BBBBBBBB) becomes valid on 2026-12-01T00:00:00Z"}
	timeline.sentences == [
		"Mail is no longer at risk.",
		"The best certificate is the certificate (BBBBBBBB).",
		"The best certificate is a valid PKI certificate.",
		"Default EX01 starts to offer STARTTLS.",
		"Default EX01 uses the certificate (BBBBBBBB) for STARTTLS.",
		"Default EX01 uses a valid PKI certificate for STARTTLS.",
		"The certificate that Default EX01 uses for STARTTLS has not expired.",
		"The server no longer logs event 12014 for Default EX01.",
	]
	timeline.worse == []
}

# Where no Receive connector has ExchangeServer, the event is that of sending.
test_the_event_of_sending if {
	document := object.union(with_certificates([object.union(self_signed, {"not_after": "2027-03-01T12:00:00Z"})]), {
		"roles": ["Mailbox"],
		"connectors": [object.union(connector, {"auth_mechanisms": []})],
	})
	changes := forecast.changes with input as document
	[[change.scenario, change.event] | some change in changes; change.field == "event"] == [["outbound_anonymous", 12015]]
}

# The older b is best in procedure 2010 until it expires; it is known by its subject, since it has no friendly name.
test_nothing_is_best_any_more if {
	certificates := [object.union(pki, chain("2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))]
	[sentence | some [_, _, sentence, _] in sentences(certificates)] == [
		"There is no longer a best certificate.",
		"There is no longer a best certificate.",
		"Default EX01 uses an expired PKI certificate for STARTTLS instead of a valid PKI certificate.",
	]
}

test_dates_of_the_same_second_are_one_moment if {
	certificates := [
		object.union(self_signed, {"not_after": "2027-03-01T11:59:59Z"}),
		object.union(pki, {"not_before": "2027-03-01T12:00:00Z"}),
	]
	timeline := forecast_of(certificates)
	{[change.at, change.because] | some change in timeline.changes} == {[
		"2027-03-01T12:00:00Z",
		"CN=mail (BBBBBBBB) becomes valid on 2027-03-01T12:00:00Z; Microsoft Exchange (AAAAAAAA) expires on 2027-03-01T11:59:59Z",
	]}
}

# Now and the end: what happens at now has happened, and the last second counts.
test_bounds[name] if {
	some name, case in {
		"not after now": {"not_after": "2026-11-22T06:59:59Z", "at": set()},
		"at now": {"not_after": "2026-11-22T07:00:00Z", "at": {"2026-11-22T07:00:01Z"}},
		"at the end": {"not_after": "2027-12-27T06:59:59Z", "at": {"2027-12-27T07:00:00Z"}},
		"after the end": {"not_after": "2027-12-27T07:00:00Z", "at": set()},
	}
	{change.at | some change in forecast_of([object.union(self_signed, {"not_after": case.not_after})]).changes} == case.at
}

test_bounds_of_a_beginning[name] if {
	some name, case in {
		"at the end": {"valid_from": "2027-12-27T07:00:00Z", "at": {"2027-12-27T07:00:00Z"}},
		"after the end": {"valid_from": "2027-12-27T07:00:01Z", "at": set()},
	}
	certificates := [self_signed, object.union(pki, chain(case.valid_from, "2028-01-01T00:00:00Z"))]
	{change.at | some change in forecast_of(certificates).changes} == case.at
}

test_dates_beyond_2262_are_omitted[name] if {
	some name, case in {
		"ends before": {"now": "2260-11-26T00:00:00Z", "until": "2261-12-31T00:00:00Z", "omitted": false},
		"ends at": {"now": "2260-11-27T00:00:00Z", "until": "2262-01-01T00:00:00Z", "omitted": false},
		"ends after": {"now": "2260-11-27T00:00:01Z", "until": "2262-01-01T00:00:00Z", "omitted": true},
		"ends where no end can be told": {"now": "2261-06-01T00:00:00Z", "until": "2262-01-01T00:00:00Z", "omitted": true},
		"begins after": {"now": "2262-02-01T00:00:00Z", "until": "2262-02-01T00:00:00Z", "omitted": true},
		"begins where nothing can be told": {"now": "9999-01-01T00:00:00Z", "until": "9999-01-01T00:00:00Z", "omitted": true},
		"begins before 1678": {"now": "1600-01-01T00:00:00Z", "until": "1600-01-01T00:00:00Z", "omitted": true},
	}
	timeline := forecast.timeline with input as object.union(with_certificates([self_signed]), {"now": case.now})
	object.filter(timeline, ["until", "omitted"]) == object.filter(case, ["until", "omitted"])
	timeline.changes == []
}

# Only a caller that does not ask for the calendar comes so far.
test_a_date_that_is_in_no_calendar_is_omitted if {
	timeline := forecast_of([object.union(self_signed, {"not_after": "2027-02-30T00:00:00Z"})])
	timeline.changes == []
	timeline.omitted == true
}

test_a_document_with_errors_has_no_changes if {
	document := object.remove(with_certificates([object.union(self_signed, {"not_after": "2027-03-01T12:00:00Z"})]), ["host"])
	timeline := forecast.timeline with input as document
	timeline.changes == []
	timeline.input_errors == ["host: expected an object"]
}

test_the_threshold if {
	document := with_certificates([object.union(self_signed, {"not_after": "2027-03-01T12:00:00Z"})])
	timeline := forecast.timeline with input as document with data.transportcert.custom.config as {"forecast_days": 30}
	timeline.until == "2026-12-22T07:00:00Z"
	timeline.changes == []
}

# With the shipped rules, time alone neither ends this extension nor changes the certificate of a route.
test_what_only_others_rules_can_change[name] if {
	change := {"at": "", "because": "", "connector": "Default EX01", "event": null}
	some name, case in {
		"X-ANONYMOUSTLS": {
			"change": {"scenario": "inbound_anonymous", "field": "advertise_x_anonymoustls", "from": true, "to": false},
			"sentence": "Default EX01 no longer offers X-ANONYMOUSTLS.", "worse": true,
		},
		"route": {
			"change": {"scenario": "outbound_anonymous", "field": "certificate", "from": a, "to": null, "connector": null},
			"sentence": "The server no longer uses Microsoft Exchange (AAAAAAAA) for sending.", "worse": false,
		},
		"risk": {
			"change": {"scenario": "server", "field": "mail_at_risk", "from": false, "to": true, "connector": null},
			"sentence": "Mail is at risk.", "worse": true,
		},
		"kind": {
			"change": {"scenario": "inbound_starttls", "field": "certificate_kind", "from": "expired_pki", "to": null},
			"sentence": "Default EX01 no longer uses an expired PKI certificate for STARTTLS.", "worse": true,
		},
	}
	changed := object.union(change, case.change)
	sentence := forecast.sentence(changed) with input as with_certificates([self_signed])
	sentence == case.sentence
	worse := [true | forecast.worsens(changed)] == [true]
	worse == case.worse
}
