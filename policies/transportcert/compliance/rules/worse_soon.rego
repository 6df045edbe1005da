package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.forecast
import data.transportcert.remedies

# METADATA
# title: The decision soon changes for the worse
# description: >-
#   Within expires_within_days, a chain expires or a certificate becomes valid, and as a result a connector stops
#   offering an extension, STARTTLS gets a less preferred kind of certificate, or an event starts. Other rules report
#   certificates in use that expire.
# related_resources:
#   - description: The forecast
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/foresight.md
# custom:
#   id: TC056
#   severity: warning
#   remediation: >-
#     Before that day, import the CA's current certificates on {server}, or have the certificate reissued. Then run
#     transportcert forecast to see what still changes.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.worse_soon(document.store[date.thumbprint], date.field)],
	"message": sprintf("%s. From then on: %s", [
		date.because,
		trim_suffix(concat(" ", sentences), "."),
	]),
	"path": path(date.thumbprint, date.field),
	"thumbprint": date.thumbprint,
}) if {
	some date in forecast.dates_until(expiry_horizon)

	# One that is not in use and expires in the same second as a chain has nothing to do with it.
	date.field != "not_after"
	not expiry_reported[date.at]
	sentences := [forecast.sentence(change) |
		some change in forecast.changes_until(expiry_horizon)
		change.at == date.at
		forecast.worsens(change)
	]
	count(sentences) > 0
}

# The moments at which a certificate expires whose expiry another rule reports.
expiry_reported contains date.at if {
	some date in forecast.dates_until(expiry_horizon)
	date.field == "not_after"
	some certificate in in_use
	certificate.thumbprint == date.thumbprint
}
