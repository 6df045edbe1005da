package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.forecast
import data.transportcert.remedies

# METADATA
# title: The decision changes for the worse soon
# description: >-
#   Within expires_within_days, a chain expires or a certificate becomes valid, and then a connector stops offering an
#   extension, STARTTLS has a certificate of a lesser kind, or an event starts. The end of a certificate in use has
#   rules of its own.
# related_resources:
#   - description: The forecast
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/foresight.md
# custom:
#   id: TC056
#   severity: warning
#   remediation: >-
#     Before that day, import the current certificates of the CA on {server}, or have the certificate issued anew, and
#     see with transportcert forecast what still changes.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.worse_soon(document.store[date.thumbprint], date.field)],
	"message": sprintf("%s, and from %s on: %s", [
		date.because,
		date.at,
		trim_suffix(concat(" ", sentences), "."),
	]),
	"path": path(date.thumbprint, date.field),
	"thumbprint": date.thumbprint,
}) if {
	some date in forecast.dates_until(expiry_horizon)
	not expiry_reported[date.at]
	sentences := [forecast.sentence(change) |
		some change in forecast.changes_until(expiry_horizon)
		change.at == date.at
		forecast.worsens(change)
	]
	count(sentences) > 0
}

# The moments at which a certificate has expired that a rule about expiry reports.
expiry_reported contains date.at if {
	some date in forecast.dates_until(expiry_horizon)
	date.field == "not_after"
	some certificate in in_use
	certificate.thumbprint == date.thumbprint
}
