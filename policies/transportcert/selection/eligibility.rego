package transportcert.selection

import data.transportcert.document

# METADATA
# title: Ineligible
# description: The certificates that fail a criterion for a domain list, by thumbprint, each with the reasons, sorted.
# custom:
#   step: 7
ineligible(domains) := reasons_by_thumbprint(array.concat(fixed_criteria, [["name_mismatch", mismatched(domains)]]))

# METADATA
# title: Unfit
# description: >-
#   Of some certificates, those that fail a published criterion that does not depend on names, by thumbprint, each
#   with the reasons.
# custom:
#   step: 7
unfit(thumbprints) := reasons_by_thumbprint([[reason, affected & thumbprints] | some [reason, affected] in failed])

# The criteria by reason, turned round to the reasons by certificate. A partial rule
# "ineligible[thumbprint] contains reason" would read better, but OPA compares each new key with all others:
# 1,000 certificates take 12 seconds. A function of certificate and reason takes three quarters longer than this.
reasons_by_thumbprint(criteria) := {thumbprint: reasons |
	some thumbprint in union({thumbprints | some [_, thumbprints] in criteria})
	reasons := sort({reason | some [reason, thumbprints] in criteria; thumbprint in thumbprints})
}

# What does not depend on the names: the published criteria, and an organisation's own.
fixed_criteria := array.concat(failed, [[reason, thumbprints] | some reason, thumbprints in document.custom_criteria])

# The published criteria that do not depend on the names: each reason with the certificates that it concerns. An index
# takes OPA half the steps of "some certificate in".
failed := [
	["version_below_3", version_below_3],
	["no_private_key", no_private_key],
	["private_key_unknown", private_key_unknown],
	["smtp_not_enabled", smtp_not_enabled],
	["services_unknown", services_unknown],
]

version_below_3 contains input.certificates[i].thumbprint if input.certificates[i].version < 3

no_private_key contains input.certificates[i].thumbprint if input.certificates[i].has_private_key == false

# An unknown fact never counts in a certificate's favour (reading 11).
private_key_unknown contains input.certificates[i].thumbprint if is_null(input.certificates[i].has_private_key)

smtp_not_enabled contains certificate.thumbprint if {
	some certificate in input.certificates
	is_array(certificate.services)
	not "SMTP" in certificate.services
}

services_unknown contains input.certificates[i].thumbprint if is_null(input.certificates[i].services)

# The certificates without a name on the domain list. A wildcard is a name like any other (reading 8).
mismatched(domains) := {certificate.thumbprint |
	some certificate in input.certificates
	not is_for(certificate, domains)
}

is_for(certificate, domains) if {
	some name in array.concat(certificate.subject_common_names, certificate.dns_names)
	comparable(name) in domains
}
