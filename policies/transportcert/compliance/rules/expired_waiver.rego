package transportcert.compliance.rules

import data.transportcert.compliance

# METADATA
# title: Expired waiver
# description: >-
#   A waiver for this server has expired and no longer applies: its findings are reported again. If there are none,
#   remove it.
# custom:
#   id: TC093
#   severity: info
#   remediation: Remove the waiver from data.transportcert.waivers, or agree on a new date.
setup_report contains finding(rego.metadata.rule(), {"message": sprintf(
	"%s: the waiver for %s (%s) expired on %s",
	[compliance.waiver_place(i), waiver.rule_id, waiver.reason, waiver.expires],
)}) if {
	some i, waiver in compliance.waivers
	not compliance.wrong_waivers[i]
	compliance.has_expired(waiver)
	concerns_this_server(waiver)
}

# A waiver concerns a server, a certificate that the server has or should have, or both.
concerns_this_server(waiver) if {
	lower(object.get(waiver, "server", decision.server)) == lower(decision.server)
	upper(object.get(waiver, "thumbprint", "")) in known_thumbprints
}

# The empty thumbprint is for waivers that name no certificate.
known_thumbprints := object.keys(indices) | {input.directory.internal_transport_certificate, ""}
