package transportcert.compliance

import data.transportcert.compliance.rules
import data.transportcert.document

# The findings that can be waived, each with the waiver that suppresses it, or null.
waived_report := rules.report | custom_report if {
	active_waivers == {}
} else := {object.union(found, {"suppressed": suppression(found)}) | some found in (rules.report | custom_report)}

# The waiver for a finding, or null. Of several, the one that expires last.
suppression(found) := {"reason": reason, "expires": expires} if {
	[expires, reason] := max({[waiver.expires, waiver.reason] |
		some server in {lower(found.server), ""}
		some thumbprint in {found.thumbprint, ""}
		some rule_id in array.concat([found.rule_id], object.get(same_problem, found.rule_id, []))
		some waiver in active_waivers[[rule_id, server, thumbprint]]
	})
} else := null

# TC004 (event 1037) and TC014 report the same problem, so a waiver for one covers both.
same_problem := {"TC004": ["TC014"], "TC014": ["TC004"]}

# The valid waivers that have not expired, by rule id, server and thumbprint. An empty server or thumbprint stands for
# any. object.union_n groups them in one pass; a partial rule would compare each new target with all others.
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
# description: The array data.transportcert.waivers; empty if it is not an array.
# scope: document
default waivers := []

waivers := data.transportcert.waivers if is_array(data.transportcert.waivers)

# The fields of a waiver. At least one of server and thumbprint is required too.
waiver_fields := {
	"required": {
		"rule_id": "a non-empty string",
		"reason": "a non-empty string",
		"expires": "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ",
	},
	"optional": {
		"server": "a non-empty string",
		"thumbprint": "40 hex digits",
		"at": "a non-empty string",
	},
}

# METADATA
# title: Waiver place
# description: Where a waiver is, by its index. For a waiver that was read from a file, its file and line.
# scope: document
waiver_place(i) := object.get(waivers[i], "at", sprintf("data.transportcert.waivers[%d]", [i]))

# METADATA
# title: Wrong waivers
# description: What is wrong with each waiver that is ignored, by its index.
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
# description: Whether a waiver has expired. A waiver that expires on a day is valid until the end of that day.
has_expired(waiver) if {
	# The suffix completes a date to the last second of the day. After a full time it changes nothing, because times
	# compare as strings.
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
