package transportcert.forecast

import data.transportcert.document

# METADATA
# title: Sentence
# description: A change as a sentence, without its time and reason.
# scope: document
sentence(change) := {true: "Mail is at risk.", false: "Mail is no longer at risk."}[change.to] if {
	change.field == "mail_at_risk"
}

sentence(change) := sprintf("%s %s %s.", [
	change.connector,
	{true: "starts to offer", false: "no longer offers"}[change.to],
	used_for[change.scenario],
]) if {
	change.field in {"advertise_x_anonymoustls", "advertise_starttls"}
}

sentence(change) := sprintf("%s uses %s for %s%s.", [
	user(change),
	certificate_in_words(change.to),
	used_for[change.scenario],
	instead_of(certificate_in_words(change.from)),
]) if {
	change.field == "certificate"
	is_string(change.to)
}

sentence(change) := sprintf("%s uses %s for STARTTLS%s.", [
	change.connector,
	kind_in_words[change.to],
	instead_of(kind_in_words[change.from]),
]) if {
	change.field == "certificate_kind"
	is_string(change.to)
}

sentence(change) := sprintf("%s no longer uses %s for %s.", [
	user(change),
	used_before(change),
	used_for[change.scenario],
]) if {
	change.field in {"certificate", "certificate_kind"}
	is_null(change.to)
}

sentence(change) := sprintf("%s has expired.", [certificate_used(change)]) if {
	change.field == "expired"
	change.to == true
}

sentence(change) := sprintf("%s has not expired.", [certificate_used(change)]) if {
	change.field == "expired"
	change.to == false
}

sentence(change) := sprintf("The best certificate is %s%s.", [
	certificate_in_words(change.to),
	instead_of(certificate_in_words(change.from)),
]) if {
	change.field == "best"
	is_string(change.to)
}

sentence(change) := sprintf("The best certificate is %s%s.", [
	kind_in_words[change.to],
	instead_of(kind_in_words[change.from]),
]) if {
	change.field == "best_kind"
	is_string(change.to)
}

sentence(change) := "There is no longer a best certificate." if {
	change.field in {"best", "best_kind"}
	is_null(change.to)
}

sentence(change) := sprintf("The server %s event %d%s.", [
	{true: "starts to log", false: "no longer logs"}[change.to],
	change.event,
	concat("", [sprintf(" for %s", [name]) | some name in [change.connector]; is_string(name)]),
]) if {
	change.field == "event"
}

used_for := {"inbound_anonymous": "X-ANONYMOUSTLS", "inbound_starttls": "STARTTLS", "outbound_anonymous": "sending"}

# The implicit route has no connector.
user(change) := change.connector if {
	is_string(change.connector)
} else := "The server"

used_before(change) := certificate_in_words(change.from) if change.field == "certificate"

used_before(change) := kind_in_words[change.from] if change.field == "certificate_kind"

instead_of(words) := "" if {
	words == "no certificate"
} else := concat(" ", [" instead of", words])

certificate_used(change) := sprintf("The certificate that %s uses for STARTTLS", [change.connector]) if {
	is_string(change.connector)
} else := "The internal transport certificate"

certificate_in_words(thumbprint) := named(document.store[thumbprint]) if {
	is_string(thumbprint)
} else := "no certificate"

kind_in_words := {
	"pki": "a valid PKI certificate",
	"self_signed": "a self-signed certificate",
	"expired_pki": "an expired PKI certificate",
	null: "no certificate",
}
