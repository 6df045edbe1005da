# METADATA
# scope: package
# title: Forecast
# description: >-
#   When the server's decision changes if only time passes. The decision is evaluated again each time a certificate or its
#   chain becomes valid or expires. An organization's own criteria that read now can change in between; the forecast
#   shows that change at the next evaluation.
# related_resources:
#   - description: The forecast
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/foresight.md
# schemas:
#   - input: schema.input
package transportcert.forecast

import data.transportcert.compliance
import data.transportcert.document
import data.transportcert.inbound_starttls

# METADATA
# title: Timeline
# description: The whole forecast in one document, so that one query returns all of it.
# entrypoint: true
timeline := {
	"server": document.server,
	"from": document.now,
	"until": until,
	"omitted": omitted,
	"changes": changes,
	"worse": worse,
	"sentences": [sentence(change) | some change in changes],
	"input_errors": sort(document.input_errors),
}

# METADATA
# title: Days
# description: The number of days from now for which changes are listed.
days := compliance.config.forecast_days

# METADATA
# title: Horizon
# description: The end of these days; undefined if it cannot be calculated.
horizon := document.days_from_now(days)

# METADATA
# title: Until
# description: The last second for which changes are listed. Dates after 2261 cannot be calculated.
until := max({document.now, min({horizon, last_moment})}) if {
	horizon
} else := document.now if {
	document.now < "1678"
} else := max({document.now, last_moment})

last_moment := "2262-01-01T00:00:00Z"

# METADATA
# title: Omitted
# description: Whether changes are omitted because they are after until, or because a date is not in the calendar.
# scope: document
default omitted := false

omitted if not horizon

omitted if until < horizon

omitted if {
	some certificate in input.certificates
	some date in [certificate.not_after, object.get(certificate.trust, "valid_until", null)]
	is_ahead(date, until)
	not second_after(date)
}

# METADATA
# title: Changes
# description: >-
#   Each second at which the decision differs from the second before, in order, with the field that changes. Empty for a
#   document with errors.
changes := changes_until(until)

# METADATA
# title: Worse
# description: The indices of the changes for the worse.
worse := [i | some i, change in changes; worsens(change)]

# METADATA
# title: Worsens
# description: >-
#   Whether a change is for the worse: mail is at risk, an extension is no longer offered, a certificate has expired, an
#   event starts, or STARTTLS gets a kind of certificate that step 6 prefers less.
# scope: document
worsens(change) if {
	change.field in {"mail_at_risk", "expired", "event"}
	change.to == true
}

worsens(change) if {
	change.field in {"advertise_x_anonymoustls", "advertise_starttls"}
	change.to == false
}

worsens(change) if {
	change.field == "certificate_kind"
	preference[change.from] < preference[change.to]
}

preference := object.union(inbound_starttls.preference, {null: 4})

# METADATA
# title: Changes until
# description: The changes after now, up to and including a time.
changes_until(end) := [object.union(difference, {"at": moment, "because": because}) |
	document.input_errors == set()
	passing := passing_until(end)
	moments := sort(object.keys(passing))
	states := array.concat([state], [then | some moment in moments; then := state_at(moment)])
	some i, moment in moments
	because := concat("; ", object.keys(passing[moment]))
	some difference in differences(states[i], states[i + 1])
]
