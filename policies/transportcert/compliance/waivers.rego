package transportcert.compliance

# METADATA
# title: Waived report
# description: The findings that can be waived, each with the waiver that suppresses it, or null.
# custom:
#   document: waivers
waived_report contains object.union(found, {"suppressed": suppression(found)}) if {
	some found in (report | custom_report)
}

# METADATA
# title: Suppression
# description: The waiver for a finding, of several the one that expires last; null where there is none.
# scope: document
# custom:
#   document: waivers
suppression(found) := {"reason": reason, "expires": expires} if {
	[expires, reason] := max({[waiver.expires, waiver.reason] |
		some server in {lower(found.server), ""}
		some thumbprint in {found.thumbprint, ""}
		some waiver in active_waivers[[found.rule_id, server, thumbprint]]
	})
} else := null

# METADATA
# title: Active waivers
# description: >-
#   The waivers that count, by what they are for: rule id, server and thumbprint, of which one of the last
#   two can be empty and then stands for any.
# custom:
#   document: waivers
active_waivers := waivers_by_target

# METADATA
# title: Waivers by target
# description: The waivers that are right and have not expired.
# custom:
#   document: waivers
waivers_by_target[target] contains waiver if {
	some i, waiver in waivers
	not wrong_waivers[i]
	not has_expired(waiver)
	target := [
		waiver.rule_id,
		lower(object.get(waiver, "server", "")),
		upper(object.get(waiver, "thumbprint", "")),
	]
}

# METADATA
# title: Waivers
# description: What data.transportcert.waivers holds, where it is an array.
# scope: document
# custom:
#   document: waivers
default waivers := []

waivers := data.transportcert.waivers if is_array(data.transportcert.waivers)

# METADATA
# title: Waiver fields
# description: What every waiver says.
# custom:
#   document: waivers
waiver_fields := {
	"rule_id": "a text that is not empty",
	"reason": "a text that is not empty",
	"expires": "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
}

# METADATA
# title: Optional waiver fields
# description: What a waiver concerns; one of them must be there.
# custom:
#   document: waivers
optional_waiver_fields := {
	"server": "a text that is not empty",
	"thumbprint": "40 hex digits",
}

# METADATA
# title: Wrong waivers
# description: What is wrong with each waiver that does not count, by its place in the array.
# custom:
#   document: waivers
wrong_waivers := {i: problem |
	some i, waiver in waivers
	problem := waiver_problem(waiver)
}

# METADATA
# title: Waiver problem
# description: What is wrong with a waiver, in words.
# scope: document
# custom:
#   document: waivers
waiver_problem(waiver) := in_words(wrong) if {
	wrong := wrong_fields(waiver, waiver_fields, optional_waiver_fields)
	count(wrong) > 0
} else := "expected server or thumbprint, or both" if {
	count({"server", "thumbprint"} & object.keys(waiver)) == 0
} else := concat(" ", [waiver.rule_id, "cannot be waived"]) if {
	regex.match(`^TC09\d$`, waiver.rule_id)
}

# METADATA
# title: Has expired
# description: Whether now is after the end of a waiver. One that ends on a day holds until that day has gone.
# custom:
#   document: waivers
has_expired(waiver) if {
	# Behind a full time the last second of a day changes nothing, since times compare as text.
	concat("", [waiver.expires, "T23:59:59Z"]) < now
}

# METADATA
# title: Concerns this server
# description: >-
#   Whether a waiver is for this server and, where it names a certificate, for one that this server has or
#   should have.
# custom:
#   document: waivers
concerns_this_server(waiver) if {
	lower(object.get(waiver, "server", decision.server)) == lower(decision.server)
	upper(object.get(waiver, "thumbprint", "")) in known_thumbprints
}

# METADATA
# title: Known thumbprints
# description: >-
#   The thumbprints of the store, the directory thumbprint, and the empty one of a waiver that names none.
# custom:
#   document: waivers
known_thumbprints := object.keys(positions) | {input.directory.internal_transport_certificate, ""}

# METADATA
# title: Expired waiver
# description: >-
#   A waiver for this server has expired and counts no more: what it was for is reported again. Where
#   nothing is, it can go.
# custom:
#   id: TC093
#   severity: info
#   remediation: Remove the waiver from data.transportcert.waivers, or agree on a new date.
setup_report contains finding(rego.metadata.rule(), {"message": sprintf(
	"data.transportcert.waivers[%d]: the waiver of %s (%s) expired: %s",
	[i, waiver.rule_id, waiver.reason, waiver.expires],
)}) if {
	some i, waiver in waivers
	not wrong_waivers[i]
	has_expired(waiver)
	concerns_this_server(waiver)
}

# METADATA
# title: Waiver problems
# description: What is wrong with data.transportcert.waivers, in words.
# scope: document
# custom:
#   document: waivers
waiver_problems contains sprintf("data.transportcert.waivers[%d]: %s", [i, problem]) if {
	some i, problem in wrong_waivers
}

waiver_problems contains "data.transportcert.waivers: expected an array" if {
	given := data.transportcert.waivers
	not is_array(given)
}

# METADATA
# title: Malformed waiver
# description: >-
#   A waiver does not count, because it is not what one looks like: rule_id, reason, expires, and server or
#   thumbprint or both. What is said about the document and the policies themselves cannot be waived.
# custom:
#   id: TC094
#   severity: warning
#   remediation: Correct the waiver in data.transportcert.waivers as the message says.
setup_report contains finding(rego.metadata.rule(), {"message": problem}) if {
	some problem in waiver_problems
}
