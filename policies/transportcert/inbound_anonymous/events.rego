package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate
import data.transportcert.remedies

# METADATA
# title: Events
# description: The events that the server logs in its Application log, by step.
# custom:
#   reading: 3
events := array.flatten([
	[event | event := internal_certificate.event_12012],
	[event | certificate_process_starts; event := internal_certificate.event_12013],
	[event | certificate_process_starts; event := internal_certificate.event_12015],
	[event |
		certificate_process_starts

		# The text for 2016 ends after step 5.
		document.procedure != "2016"
		event := event_1037
	],
])

# The certificate process starts if a session can reach step 3: what stops it then, if anything, concerns the certificate.
certificate_process_starts if {
	some connector in connectors
	connector.stopped_at == internal_certificate.stopped_at
}

# METADATA
# title: Event 1037
# description: The best certificate is not the loaded one, which the server still uses.
# custom:
#   step: 9
#   reading: 1
event_1037 := {
	"id": 1037,
	"source": "MSExchangeTransport",
	"step": 9,
	"severity": "warning",
	"symbolic_name": null,
	"message": sprintf(
		"%s: the internal transport certificate is %s, and the best certificate is %s, valid from %s.",
		[
			input.server,
			internal_certificate.loaded.thumbprint,
			best.thumbprint,
			document.store[best.thumbprint].not_before,
		],
	),
	"action": remedies.event_1037_for_event.id,
	"remediation": remedies.text(remedies.event_1037_for_event),
	"connector": null,
} if {
	matches_best == false
}
