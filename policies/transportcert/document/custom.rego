package transportcert.document

# METADATA
# title: Custom criteria
# description: >-
#   An organization's own criteria by reason, each with the thumbprints of the certificates in the store that fail it.
# scope: document
# custom:
#   hook: data.transportcert.custom.ineligible
custom_criteria[reason] contains thumbprint if {
	some entry in data.transportcert.custom.ineligible
	{"reason": reason, "thumbprint": thumbprint} = readable_criterion(entry)
	store[thumbprint]
}

# An entry that cannot be read is an error, so that no criterion is lost silently.
custom_errors contains "data.transportcert.custom.ineligible: expected objects with a thumbprint and a reason" if {
	some entry in data.transportcert.custom.ineligible
	not readable_criterion(entry)
}

custom_errors contains "data.transportcert.custom.ineligible: expected a set or an array" if {
	criteria := data.transportcert.custom.ineligible
	not is_set(criteria)
	not is_array(criteria)
}

readable_criterion(entry) := {"thumbprint": entry.thumbprint, "reason": entry.reason} if {
	is_name(entry.reason)
	regex.match(thumbprint_pattern, entry.thumbprint)
}
