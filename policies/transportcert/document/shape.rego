package transportcert.document

# METADATA
# title: Wrong fields
# description: >-
#   The fields that are missing or not as expected, each with what was expected. A value that is not an object has no
#   fields.
wrong_fields(value, expected) := object.union(
	object.remove(expected.required, right_fields(value, expected.required)),
	object.filter(expected.optional, keys(value) - right_fields(value, expected.optional)),
)

right_fields(value, kinds) := {field |
	some field, kind in kinds
	conforms(value[field], kind)
}

keys(value) := object.keys(value) if {
	is_object(value)
} else := set()

# METADATA
# title: Conforms
# description: Whether a value is as expected. The words that describe what is expected are also those of the error.
# scope: document
conforms(1, "1")

# The bound comes first: the remainder of a number with an exponent of a billion needs a billion digits of memory.
conforms(value, "a whole number") if {
	is_number(value)
	abs(value) <= 2147483647
	value % 1 == 0
}

conforms(value, "a string") if is_string(value)

conforms(value, "a string or null") if is_string(value)

conforms(value, "a string or null") if is_null(value)

conforms(value, "a non-empty string") if is_not_blank(value)

conforms(value, "a name") if is_name(value)

conforms(value, "an object") if is_object(value)

conforms(value, "an array") if is_array(value)

conforms(value, "an array of strings") if is_array_of_strings(value)

conforms(value, "an array of strings or null") if is_array_of_strings(value)

conforms(value, "an array of strings or null") if is_null(value)

conforms(value, "an array of IP addresses") if {
	is_array_of_strings(value)
	every address in value { is_ip_address(address) }
}

conforms(value, "an array of OIDs or null") if {
	is_array_of_strings(value)
	every oid in value { regex.match(`^[0-9]+(\.[0-9]+)+$`, oid) }
}

conforms(value, "an array of OIDs or null") if is_null(value)

conforms(value, "true or false") if is_boolean(value)

conforms(value, "true, false or null") if is_boolean(value)

conforms(value, "true, false or null") if is_null(value)

conforms(value, "session or startup") if value in {"session", "startup"}

conforms(value, "two to four numbers with dots between them") if {
	regex.match(`^[0-9]{1,9}(\.[0-9]{1,9}){1,3}$`, value)
}

conforms(value, "2007, 2010 or 2016") if value in {"2007", "2010", "2016"}

conforms(value, "FrontendTransport or HubTransport") if value in {"FrontendTransport", "HubTransport"}

conforms(value, "None, BasicAuth, BasicAuthRequireTLS, ExchangeServer or ExternalAuthoritative") if {
	value in {"None", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer", "ExternalAuthoritative"}
}

conforms(value, "EncryptionOnly, CertificateValidation, DomainValidation or null") if {
	value in {"EncryptionOnly", "CertificateValidation", "DomainValidation", null}
}

conforms(value, "trusted, untrusted or unknown") if value in {"trusted", "untrusted", "unknown"}

conforms(value, "error, warning or info") if value in {"error", "warning", "info"}

conforms(value, "an id of letters, digits, _ and -, not beginning with TC") if {
	is_not_blank(value)
	regex.match(`^[A-Za-z0-9_-]+$`, value)
	not startswith(upper(value), "TC")
}

conforms(value, "40 hex digits") if regex.match(`^[0-9A-Fa-f]{40}$`, value)

conforms(value, "40 uppercase hex digits") if regex.match(thumbprint_pattern, value)

conforms(value, "40 uppercase hex digits or null") if regex.match(thumbprint_pattern, value)

conforms(value, "40 uppercase hex digits or null") if is_null(value)

conforms(value, "a time YYYY-MM-DDThh:mm:ssZ") if regex.match(time_pattern, value)

conforms(value, "a time YYYY-MM-DDThh:mm:ssZ or null") if regex.match(time_pattern, value)

conforms(value, "a time YYYY-MM-DDThh:mm:ssZ or null") if is_null(value)

conforms(value, "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ") if regex.match(time_pattern, value)

conforms(value, "a date YYYY-MM-DD or a time YYYY-MM-DDThh:mm:ssZ") if {
	regex.match(time_pattern, sprintf("%vT00:00:00Z", [value]))
}

is_name(value) if {
	is_string(value)
	value != ""
}

# An address with a prefix length would be a network.
is_ip_address(value) if {
	not contains(value, "/")
	net.cidr_is_valid(sprintf("%s/0", [value]))
}

is_not_blank(value) if {
	is_string(value)
	trim_space(value) != ""
}

is_array_of_strings(value) if {
	is_array(value)
	every member in value { is_string(member) }
}

thumbprint_pattern := `^[0-9A-F]{40}$`

# UTC without fractions, so that times compare as strings.
time_pattern := `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$`
