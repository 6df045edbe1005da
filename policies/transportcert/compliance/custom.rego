package transportcert.compliance

# METADATA
# title: Findings of an organisation's own
# description: The right ones of data.transportcert.custom.findings, completed with what they leave out.
# custom:
#   document: custom findings
#   hook: data.transportcert.custom.findings
custom_report contains object.union(
	{
		"title": custom.rule_id,
		"server": decision.server,
		"remediation": "",
		"references": [],
		"path": "",
		"thumbprint": null,
		"connector": null,
		"suppressed": null,
	},
	custom,
) if {
	some custom in custom_findings
	count(wrong_fields(custom, custom_fields, optional_custom_fields)) == 0
}

# METADATA
# title: Custom findings
# description: What data.transportcert.custom.findings holds, where it is a set or an array.
# scope: document
# custom:
#   document: custom findings
default custom_findings := []

custom_findings := data.transportcert.custom.findings if is_set(data.transportcert.custom.findings)

custom_findings := data.transportcert.custom.findings if is_array(data.transportcert.custom.findings)

# METADATA
# title: Custom fields
# description: What every custom finding says.
# custom:
#   document: custom findings
custom_fields := {
	"rule_id": "an id, not TC and three digits",
	"severity": "error, warning or info",
	"message": "a text that is not empty",
}

# METADATA
# title: Optional custom fields
# description: What a custom finding can say besides.
# custom:
#   document: custom findings
optional_custom_fields := {
	"title": "a text that is not empty",
	"server": "a text that is not empty",
	"remediation": "a text",
	"references": "an array of texts",
	"path": "a text",
	"thumbprint": "40 upper-case hex digits or null",
	"connector": "a text or null",
}

# METADATA
# title: Wrong fields
# description: >-
#   What is wrong with an object, by field: what it lacks, what is not what the tables expect, and what they
#   do not know.
# scope: document
# custom:
#   document: custom findings
wrong_fields(value, required, optional) := {field: expected |
	fields := object.union(required, optional)
	some field in (object.keys(value) | object.keys(required))
	expected := object.get(fields, field, "nothing: there is no such field")
	not right_field(value, field, expected)
} if {
	is_object(value)
} else := {"": "an object"}

# METADATA
# title: Right field
# description: Whether a field is there and is what the tables expect.
# custom:
#   document: custom findings
right_field(value, field, expected) if conforms(value[field], expected)

# METADATA
# title: Conforms
# description: Whether a value is what the tables expect, in their words.
# scope: document
# custom:
#   document: custom findings
conforms(value, "an id, not TC and three digits") if {
	is_text(value)
	not regex.match(`^TC\d{3}$`, value)
}

conforms(value, "error, warning or info") if value in {"error", "warning", "info"}

conforms(value, "a text") if is_string(value)

conforms(value, "a text or null") if is_string(value)

conforms(value, "a text or null") if is_null(value)

conforms(value, "a text that is not empty") if is_text(value)

conforms(value, "an array of texts") if {
	is_array(value)
	every text in value { is_string(text) }
}

conforms(value, "40 upper-case hex digits or null") if regex.match(`^[0-9A-F]{40}$`, value)

conforms(value, "40 upper-case hex digits or null") if is_null(value)

conforms(value, "40 hex digits") if regex.match(`^[0-9A-Fa-f]{40}$`, value)

conforms(value, "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ") if {
	regex.match(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ)?$`, value)
}

# METADATA
# title: Is a text
# description: Whether a value is a string that says something.
# custom:
#   document: custom findings
is_text(value) if {
	is_string(value)
	trim_space(value) != ""
}

# METADATA
# title: In words
# description: What is wrong with an object, on one line.
# custom:
#   document: custom findings
in_words(wrong) := concat("; ", [trim_prefix(sprintf("%s: expected %s", [field, expected]), ": ") |
	some field, expected in wrong
])

# METADATA
# title: Custom finding problems
# description: What is wrong with data.transportcert.custom.findings, in words.
# scope: document
# custom:
#   document: custom findings
custom_problems contains sprintf("data.transportcert.custom.findings: %s: %s", [
	substring(json.marshal(custom), 0, 200),
	in_words(wrong),
]) if {
	some custom in custom_findings
	wrong := wrong_fields(custom, custom_fields, optional_custom_fields)
	count(wrong) > 0
}

custom_problems contains "data.transportcert.custom.findings: expected a set or an array" if {
	given := data.transportcert.custom.findings
	not is_set(given)
	not is_array(given)
}

# METADATA
# title: Malformed custom finding
# description: >-
#   A member of data.transportcert.custom.findings is no finding. It needs rule_id, severity and message,
#   and can have title, server, remediation, references, path, thumbprint and connector. The ids TC000 to
#   TC999 are the shipped rules'.
# custom:
#   id: TC092
#   severity: error
#   remediation: Correct the rule in data.transportcert.custom that made the finding.
setup_report contains finding(rego.metadata.rule(), {"message": problem}) if {
	some problem in custom_problems
}
