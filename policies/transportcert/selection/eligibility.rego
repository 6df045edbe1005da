package transportcert.selection

import data.transportcert.document

# METADATA
# title: Ineligible
# description: >-
#   The certificates that fail at least one criterion for a domain list, by thumbprint, each with its reasons, sorted.
# custom:
#   step: 7
ineligible(domains) := reasons_by_thumbprint(array.concat(fixed_criteria, [["name_mismatch", mismatched(domains)]]))

# METADATA
# title: Unfit
# description: >-
#   Those of the given certificates that fail at least one published criterion other than their names, by thumbprint, each
#   with its reasons.
# custom:
#   step: 7
unfit(thumbprints) := reasons_by_thumbprint([[reason, affected & thumbprints] | some [reason, affected] in failed])

# Turns the certificates by reason into the reasons by certificate. A partial rule "ineligible[thumbprint] contains reason"
# would be easier to read, but OPA compares each new key with all others: 1,000 certificates take 12 seconds. A function
# of certificate and reason takes 75 % longer than this.
reasons_by_thumbprint(criteria) := {thumbprint: reasons |
	some thumbprint in union({thumbprints | some [_, thumbprints] in criteria})
	reasons := sort({reason | some [reason, thumbprints] in criteria; thumbprints[thumbprint]})
}

# The criteria that do not depend on names: published ones, and an organization's own.
fixed_criteria := array.concat(failed, [[reason, thumbprints] | some reason, thumbprints in document.custom_criteria])

# The published criteria that do not depend on names, each as a reason and the certificates that it applies to. Access by
# index takes OPA half as many steps as "some certificate in".
failed := [
	["version_below_3", version_below_3],
	["no_private_key", no_private_key],
	["private_key_unknown", private_key_unknown],
	["smtp_not_enabled", smtp_not_enabled],
	["services_unknown", services_unknown],
]

version_below_3 contains input.certificates[i].thumbprint if input.certificates[i].version < 3

no_private_key contains input.certificates[i].thumbprint if input.certificates[i].has_private_key == false

# An unknown fact never makes a certificate eligible (reading 11).
private_key_unknown contains input.certificates[i].thumbprint if is_null(input.certificates[i].has_private_key)

smtp_not_enabled := (object.keys(document.store) - smtp_enabled) - services_unknown

smtp_enabled contains input.certificates[i].thumbprint if input.certificates[i].services[_] == "SMTP"

services_unknown contains input.certificates[i].thumbprint if is_null(input.certificates[i].services)

# The certificates without a name on the domain list. A wildcard name is compared like any other (reading 8).
mismatched(domains) := {certificate.thumbprint |
	some certificate in input.certificates
	not is_for(certificate, domains)
}

is_for(certificate, domains) if {
	some name in array.concat(certificate.subject_common_names, certificate.dns_names)
	comparable(name) in domains
}
