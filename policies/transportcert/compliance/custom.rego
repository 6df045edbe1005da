package transportcert.compliance

import data.transportcert.document
import data.transportcert.remedies

# The valid findings of data.transportcert.custom.findings, with defaults for the fields that they omit.
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

# The action for a custom finding's remediation. Its id consists of the rule's id and the finding's thumbprint,
# connector or path, in this order of preference, because an index in a path changes with the document. What the
# remediation does to the facts is not known.
custom_remedy(custom) := {"action": action.id, "remedies": [action]} if {
	custom.remediation != ""
	action := remedies.manual(custom_action(custom), object.get(custom, "title", custom.rule_id), custom.remediation)
} else := {"action": null, "remedies": []}

custom_action(custom) := concat(":", array.slice(array.concat(["custom", custom.rule_id], about), 0, 3)) if {
	about := [custom[field] | some field in ["thumbprint", "connector", "path"]; is_string(custom[field]); custom[field] != ""]
}

# data.transportcert.custom.findings, if it is a set or an array.
default custom_findings := []

custom_findings := data.transportcert.custom.findings if is_set(data.transportcert.custom.findings)

custom_findings := data.transportcert.custom.findings if is_array(data.transportcert.custom.findings)

# METADATA
# title: Custom fields
# description: The required fields of a custom finding, and what is expected of each.
custom_fields := {
	"rule_id": "an id of letters, digits, _ and -, not beginning with TC",
	"severity": "error, warning or info",
	"message": "a non-empty string",
}

# METADATA
# title: Optional custom fields
# description: The optional fields of a custom finding, and what is expected of each.
optional_custom_fields := {
	"title": "a non-empty string",
	"server": "a non-empty string",
	"remediation": "a string",
	"references": "an array of strings",
	"path": "a string",
	"thumbprint": "40 uppercase hex digits or null",
	"connector": "a string or null",
}

# What is wrong with an object, by field: missing fields, invalid values and unknown fields.
problems_of(value, expected) := object.union(
	{field: concat(" ", ["expected", wanted]) | some field, wanted in document.wrong_fields(value, expected)},
	{field: "unknown field" |
		some field in (object.keys(value) - object.keys(object.union(expected.required, expected.optional)))
	},
) if {
	is_object(value)
} else := {"": "expected an object"}

# What is wrong with an object, on one line.
in_words(wrong) := concat("; ", [trim_prefix(concat(": ", [field, problem]), ": ") |
	some field, problem in wrong
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
