package transportcert.inbound_starttls

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Events
# description: The events that the server logs in its Application log, in the order of the connectors.
events := [event |
	some i, result in outcome.connectors

	# A certificate that has not expired raises no event.
	result.expired != false
	event := event_for(i, result)
]

event_for(i, result) := event_12014(input.connectors[i], result, remedies.starttls_for_event(i, result)) if {
	failed_step[result.stopped_at]
} else := event_12016(input.connectors[i], result, remedies.starttls_for_event(i, result)) if {
	result.expired == true
}

failed_step := {"certificate_not_found": 4, "no_eligible_certificate": 5, "no_best_certificate": 6}

# METADATA
# title: Event 12014
# description: No certificate can be loaded for STARTTLS, so the connector does not offer it.
# custom:
#   step: 4
#   reading: 4
event_12014(connector, result, remedy) := {
	"id": 12014,
	"source": source(connector),
	"step": failed_step[result.stopped_at],
	"severity": "error",
	"symbolic_name": null,
	"message": sprintf("%s: %s: %s, so STARTTLS is not offered.", [input.server, connector.name, why_not(result)]),
	"action": remedy.id,
	"remediation": remedies.text(remedy),
	"connector": connector.name,
}

why_not(result) := sprintf("no certificate in the store %s", [wanted(result.searched_for)]) if {
	result.stopped_at == "certificate_not_found"
} else := sprintf("no eligible certificate %s: %s", [wanted(result.searched_for), rejected_in_words(result)]) if {
	result.stopped_at == "no_eligible_certificate"
} else := sprintf(
	"the eligible certificates (%s) are neither self-signed nor known to be valid and from a trusted CA",
	[concat(", ", result.eligible)],
)

wanted(searched) := sprintf("matches the TlsCertificateName %s", [searched.value]) if {
	searched.by == "tls_certificate_name"
} else := sprintf("matches the connector's FQDN %s", [searched.value]) if {
	searched.by == "fqdn"
} else := sprintf("matches the server's FQDN %s", [searched.value])

rejected_in_words(result) := concat("; ", [sprintf("%s %s", [thumbprint, in_words(reasons)]) |
	some thumbprint, reasons in result.ineligible
])

in_words(reasons) := concat(" and ", [reason_in_words[reason] | some reason in reasons])

# The published texts differ on certificates without SMTP. In both cases, no session is encrypted.
reason_in_words := {
	"version_below_3": "is older than X.509 version 3",
	"no_private_key": "has no private key",
	"private_key_unknown": "may have no private key (this was not gathered)",
	"smtp_not_enabled": "is not enabled for SMTP (some versions of Exchange select it anyway, and TLS then fails)",
	"services_unknown": "may not be enabled for SMTP (this was not gathered)",
}

# METADATA
# title: Event 12016
# description: The certificate for STARTTLS has expired. The server still uses it.
# custom:
#   step: 7
event_12016(connector, result, remedy) := {
	"id": 12016,
	"source": source(connector),
	"step": 7,
	"severity": "error",
	"symbolic_name": "STARTTLSCertificateExpired",
	"message": sprintf(
		"%s: %s: the certificate for STARTTLS, %s, expired on %s.",
		[input.server, connector.name, result.certificate, document.store[result.certificate].not_after],
	),
	"action": remedy.id,
	"remediation": remedies.text(remedy),
	"connector": connector.name,
}

source(connector) := "MSExchangeFrontEndTransport" if {
	connector.transport_role == "FrontendTransport"
} else := "MSExchangeTransport"
