package transportcert.inbound_anonymous

# METADATA
# title: Input errors
# description: >-
#   What keeps the rules from deciding. Whoever has validated the document says so in
#   data.transportcert.validated and saves half of the time.
# custom:
#   document: input
input_errors := custom_errors if {
	data.transportcert.validated == true
} else := document_errors | custom_errors

# METADATA
# title: Document errors
# description: >-
#   What a caller that skips the Go validation got wrong: each names the path and what was expected.
#   The Go side asks more (unknown keys, names of services, calendar dates); this keeps a document that
#   the rules cannot read from being decided.
# scope: document
# custom:
#   document: input
document_errors contains sprintf("%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input, fields.document)
}

document_errors contains sprintf("directory.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.directory, fields.directory)
}

document_errors contains sprintf("host.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.host, fields.host)
}

document_errors contains sprintf("connectors[%d].%s: expected %s", [i, field, expected]) if {
	some i, connector in input.connectors
	some field, expected in wrong_fields(connector, fields.connector)
}

document_errors contains sprintf("certificates[%d].%s: expected %s", [i, field, expected]) if {
	some i, certificate in input.certificates
	some field, expected in wrong_fields(certificate, fields.certificate)
}

document_errors contains sprintf("certificates[%d].trust.%s: expected %s", [i, field, expected]) if {
	some i, certificate in input.certificates
	some field, expected in wrong_fields(certificate.trust, fields.trust)
}

document_errors contains sprintf("certificates[%d].thumbprint: expected each certificate once", [max(positions)]) if {
	# The positions of all of them take long to tell.
	count({certificate.thumbprint | some certificate in input.certificates}) < count(input.certificates)
	some positions in certificate_positions
	count(positions) > 1
}

# METADATA
# title: Custom errors
# description: A criterion of an organisation's own that cannot be read must not pass without a word.
# custom:
#   document: input
#   hook: data.transportcert.custom.ineligible
custom_errors contains "data.transportcert.custom.ineligible: expected objects with a thumbprint and a reason" if {
	some entry in data.transportcert.custom.ineligible
	not readable_criterion(entry)
}

# METADATA
# title: Positions of certificates
# description: Where in the list each thumbprint stands. A store holds a certificate once.
# custom:
#   document: input
certificate_positions[certificate.thumbprint] contains i if some i, certificate in input.certificates

# METADATA
# title: Wrong fields
# description: The required fields that are missing, and the fields that are not what was expected.
# custom:
#   document: input
wrong_fields(section, expected) := object.union(
	object.remove(expected.required, right_fields(section, expected.required)),
	object.filter(expected.optional, given_fields(section) - right_fields(section, expected.optional)),
)

# METADATA
# title: Right fields
# description: The fields that are what was expected.
# custom:
#   document: input
right_fields(section, kinds) := {field |
	some field, kind in kinds
	conforms(section[field], kind)
}

# METADATA
# title: Given fields
# description: The fields that there are. What is no object has none.
# custom:
#   document: input
given_fields(section) := object.keys(section) if {
	is_object(section)
} else := set()

# METADATA
# title: Fields
# description: What is expected of each field that the rules read, by the object that holds it.
# custom:
#   document: input
fields := {
	"document": {
		"required": {
			"schema_version": "1",
			"server": "a name",
			"connectors": "an array",
			"directory": "an object",
			"host": "an object",
			"certificates": "an array",
		},
		"optional": {
			"now": "a time YYYY-MM-DDThh:mm:ssZ",
			"phase": "session or startup",
		},
	},
	"connector": {
		"required": {
			"name": "a name",
			"auth_mechanisms": "an array of texts",
		},
		"optional": {"enabled": "true or false"},
	},
	"directory": {
		"required": {
			"readable": "true or false",
			"internal_transport_certificate": "40 upper-case hex digits or null",
		},
		"optional": {"error": "a text"},
	},
	"host": {
		"required": {
			"dns_fqdn": "a name",
			"dns_host_name": "a name",
			"physical_dns_fqdn": "a name",
			"physical_dns_host_name": "a name",
		},
		"optional": {"nlb_cluster_names": "an array of names"},
	},
	"certificate": {
		"required": {
			"thumbprint": "40 upper-case hex digits",
			"version": "a number",
			"subject_common_names": "an array of texts",
			"dns_names": "an array of texts",
			"not_before": "a time YYYY-MM-DDThh:mm:ssZ",
			"not_after": "a time YYYY-MM-DDThh:mm:ssZ",
			"has_private_key": "true, false or null",
			"services": "an array of texts or null",
			"self_signed": "true, false or null",
			"trust": "an object",
		},
		"optional": {},
	},
	"trust": {
		"required": {"chain": "trusted, untrusted or unknown"},
		"optional": {
			"valid_from": "a time YYYY-MM-DDThh:mm:ssZ or null",
			"valid_until": "a time YYYY-MM-DDThh:mm:ssZ or null",
			"revoked": "true, false or null",
		},
	},
}

# METADATA
# title: Conforms
# description: Whether a value is what the tables above expect, in their words.
# scope: document
# custom:
#   document: input
conforms(value, "1") if value == 1

conforms(value, "a number") if is_number(value)

conforms(value, "a text") if is_string(value)

conforms(value, "a name") if is_name(value)

conforms(value, "an object") if is_object(value)

conforms(value, "an array") if is_array(value)

conforms(value, "an array of texts") if is_array_of_texts(value)

conforms(value, "an array of texts or null") if is_array_of_texts(value)

conforms(value, "an array of texts or null") if is_null(value)

conforms(value, "an array of names") if is_array_of_names(value)

conforms(value, "true or false") if is_boolean(value)

conforms(value, "true, false or null") if is_boolean(value)

conforms(value, "true, false or null") if is_null(value)

conforms(value, "session or startup") if value in {"session", "startup"}

conforms(value, "trusted, untrusted or unknown") if value in {"trusted", "untrusted", "unknown"}

conforms(value, "40 upper-case hex digits") if regex.match(thumbprint_pattern, value)

conforms(value, "40 upper-case hex digits or null") if regex.match(thumbprint_pattern, value)

conforms(value, "40 upper-case hex digits or null") if is_null(value)

conforms(value, "a time YYYY-MM-DDThh:mm:ssZ") if regex.match(time_pattern, value)

conforms(value, "a time YYYY-MM-DDThh:mm:ssZ or null") if regex.match(time_pattern, value)

conforms(value, "a time YYYY-MM-DDThh:mm:ssZ or null") if is_null(value)

# METADATA
# title: Is a name
# description: Whether a value is a string that is not empty.
# custom:
#   document: input
is_name(value) if {
	is_string(value)
	value != ""
}

# METADATA
# title: Is an array of names
# description: Whether a value is an array that holds nothing but names.
# custom:
#   document: input
is_array_of_names(value) if {
	is_array(value)
	every name in value { is_name(name) }
}

# METADATA
# title: Is an array of texts
# description: Whether a value is an array that holds nothing but strings.
# custom:
#   document: input
is_array_of_texts(value) if {
	is_array(value)
	every text in value { is_string(text) }
}

# METADATA
# title: Pattern of a thumbprint
# description: SHA-1 in upper-case hex digits.
# custom:
#   document: input
thumbprint_pattern := `^[0-9A-F]{40}$`

# METADATA
# title: Pattern of a time
# description: UTC without fractions, so that times compare as text.
# custom:
#   document: input
#   reading: 12
time_pattern := `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$`
