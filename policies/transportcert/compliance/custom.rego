package transportcert.compliance

import data.transportcert.document
import data.transportcert.remedies

# The right ones of data.transportcert.custom.findings, completed with what they leave out.
custom_report contains object.union_n([
	{
		"title": custom.rule_id,
		"server": document.server,
		"remediation": "",
		"references": [],
		"path": "",
		"thumbprint": null,
		"connector": null,
		"suppressed": null,
	},
	custom,
	custom_remedy(custom),
]) if {
	some custom in custom_findings
	count(problems_of(custom, {"required": custom_fields, "optional": optional_custom_fields})) == 0
}

# The action that a custom finding's remediation becomes. Its id says the rule, and what the finding is about: an index in
# a path changes with the document. What the remediation does to the facts is not known.
custom_remedy(custom) := {"action": action.id, "remedies": [action]} if {
	custom.remediation != ""
	action := remedies.manual(custom_action(custom), object.get(custom, "title", custom.rule_id), custom.remediation)
} else := {"action": null, "remedies": []}

custom_action(custom) := concat(":", array.slice(array.concat(["custom", custom.rule_id], about), 0, 3)) if {
	about := [custom[field] | some field in ["thumbprint", "connector", "path"]; is_string(custom[field]); custom[field] != ""]
}

# What data.transportcert.custom.findings holds, where it is a set or an array.
default custom_findings := []

custom_findings := data.transportcert.custom.findings if is_set(data.transportcert.custom.findings)

custom_findings := data.transportcert.custom.findings if is_array(data.transportcert.custom.findings)

# METADATA
# title: Custom fields
# description: What every custom finding says.
custom_fields := {
	"rule_id": "an id of letters, digits, _ and -, not beginning with TC",
	"severity": "error, warning or info",
	"message": "a text that is not empty",
}

# METADATA
# title: Optional custom fields
# description: What a custom finding can say besides.
optional_custom_fields := {
	"title": "a text that is not empty",
	"server": "a text that is not empty",
	"remediation": "a text",
	"references": "an array of texts",
	"path": "a text",
	"thumbprint": "40 upper-case hex digits or null",
	"connector": "a text or null",
}

# What is wrong with an object, by field: what it lacks, what is not what was expected, and what nobody knows.
problems_of(value, expected) := object.union(
	document.wrong_fields(value, expected),
	{field: "nothing: there is no such field" |
		some field in (object.keys(value) - object.keys(object.union(expected.required, expected.optional)))
	},
) if {
	is_object(value)
} else := {"": "an object"}

# What is wrong with an object, on one line.
in_words(wrong) := concat("; ", [trim_prefix(sprintf("%s: expected %s", [field, expected]), ": ") |
	some field, expected in wrong
])

# METADATA
# title: Custom finding problems
# description: What is wrong with data.transportcert.custom.findings, in words.
# scope: document
custom_problems contains sprintf("data.transportcert.custom.findings: %s: %s", [
	substring(json.marshal(custom), 0, 200),
	in_words(wrong),
]) if {
	some custom in custom_findings
	wrong := problems_of(custom, {"required": custom_fields, "optional": optional_custom_fields})
	count(wrong) > 0
}

custom_problems contains "data.transportcert.custom.findings: expected a set or an array" if {
	given := data.transportcert.custom.findings
	not is_set(given)
	not is_array(given)
}
