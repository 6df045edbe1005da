package transportcert.compliance

import data.transportcert.compliance.rules
import data.transportcert.document

# The findings that can be waived, each with the waiver that suppresses it, or null.
waived_report contains object.union(found, {"suppressed": suppression(found)}) if {
	some found in (rules.report | custom_report)
}

# The waiver for a finding, of several the one that expires last; null where there is none.
suppression(found) := {"reason": reason, "expires": expires} if {
	count(active_waivers) > 0
	[expires, reason] := max({[waiver.expires, waiver.reason] |
		some server in {lower(found.server), ""}
		some thumbprint in {found.thumbprint, ""}
		some rule_id in array.concat([found.rule_id], object.get(same_problem, found.rule_id, []))
		some waiver in active_waivers[[rule_id, server, thumbprint]]
	})
} else := null

# Event 1037 and TC014 report one problem: whoever waives one of them waives both.
same_problem := {"TC004": ["TC014"], "TC014": ["TC004"]}

# The waivers that are right and have not expired, by what they are for: rule id, server and thumbprint, of which
# one of the last two can be empty and then stands for any. object.union_n groups them in one pass, where a
# partial rule would compare each new target with all others.
active_waivers := object.union_n([{target(waiver): {i: waiver}} |
	some i, waiver in waivers
	not wrong_waivers[i]
	not has_expired(waiver)
])

target(waiver) := [
	waiver.rule_id,
	lower(object.get(waiver, "server", "")),
	upper(object.get(waiver, "thumbprint", "")),
]

# METADATA
# title: Waivers
# description: What data.transportcert.waivers holds, where it is an array.
# scope: document
default waivers := []

waivers := data.transportcert.waivers if is_array(data.transportcert.waivers)

# What a waiver says, and what it concerns, of which one must be there.
waiver_fields := {
	"required": {
		"rule_id": "a text that is not empty",
		"reason": "a text that is not empty",
		"expires": "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
	},
	"optional": {
		"server": "a text that is not empty",
		"thumbprint": "40 hex digits",
		"at": "a text that is not empty",
	},
}

# METADATA
# title: Waiver place
# description: Where a waiver stands, by its place in the array. One that was read from a file says its file and line.
# scope: document
waiver_place(i) := object.get(waivers[i], "at", sprintf("data.transportcert.waivers[%d]", [i]))

# METADATA
# title: Wrong waivers
# description: What is wrong with each waiver that does not count, by its place in the array.
wrong_waivers := {i: problem |
	some i, waiver in waivers
	problem := waiver_problem(waiver)
}

# METADATA
# title: Waiver problem
# description: What is wrong with a waiver, in words.
# scope: document
waiver_problem(waiver) := in_words(wrong) if {
	wrong := problems_of(waiver, waiver_fields)
	count(wrong) > 0
} else := "expected server or thumbprint, or both" if {
	count({"server", "thumbprint"} & object.keys(waiver)) == 0
} else := concat(" ", [waiver.rule_id, "cannot be waived"]) if {
	regex.match(`^TC09\d$`, waiver.rule_id)
}

# METADATA
# title: Has expired
# description: Whether now is after the end of a waiver. One that ends on a day holds until that day has gone.
has_expired(waiver) if {
	# Behind a full time the last second of a day changes nothing, since times compare as text.
	concat("", [waiver.expires, "T23:59:59Z"]) < document.now
}

# METADATA
# title: Waiver problems
# description: What is wrong with data.transportcert.waivers, in words.
# scope: document
waiver_problems contains sprintf("data.transportcert.waivers[%d]: %s", [i, problem]) if {
	some i, problem in wrong_waivers
}

waiver_problems contains "data.transportcert.waivers: expected an array" if {
	given := data.transportcert.waivers
	not is_array(given)
}
