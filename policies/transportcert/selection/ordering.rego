package transportcert.selection

import data.transportcert.document

# METADATA
# title: Eligible
# description: The thumbprints of the certificates that meet every criterion for a domain list, in order.
# custom:
#   step: 8
#   reading: 9
eligible(domains) := in_order(object.keys(document.store) - object.keys(ineligible(domains)))

# METADATA
# title: In order
# description: >-
#   Sorts thumbprints by the certificates' not_before, most recent first. If it is equal, the lower thumbprint comes
#   first.
# custom:
#   step: 8
#   reading: 9
in_order(thumbprints) := [thumbprint |
	some [_, thumbprint] in sort([[strings.replace_n(from_nine, document.store[unsorted].not_before), unsorted] |
		some unsorted in thumbprints
	])
]

# With each digit subtracted from 9, more recent times sort first. Reversing the result of sort instead would put the
# higher thumbprint first if not_before is equal.
from_nine := {"0": "9", "1": "8", "2": "7", "3": "6", "4": "5", "5": "4", "6": "3", "7": "2", "8": "1", "9": "0"}

# METADATA
# title: Best
# description: >-
#   The first eligible certificate that is a valid PKI certificate, otherwise the first that is self-signed; undefined
#   if there is neither.
# custom:
#   step: 8
#   reading: 7
best(domains) := first_of(eligible(domains), preference)

# METADATA
# title: Preference
# description: The kinds of certificates that can be best, the lowest first.
# custom:
#   step: 8
#   reading: 7
preference := {"pki": 1, "self_signed": 2}

# METADATA
# title: First of
# description: >-
#   The first of some thumbprints in order whose certificate has the most preferred kind that occurs. rank has a
#   number for each kind; the lowest is preferred. Undefined if no certificate has one of these kinds.
# custom:
#   step: 8
first_of(thumbprints, rank) := {"thumbprint": thumbprint, "kind": found} if {
	[_, _, thumbprint, found] := min([[rank[its], i, candidate, its] |
		some i, candidate in thumbprints
		its := kind(document.store[candidate])
	])
}

# Undefined for any other certificate, such as one from a CA that is not trusted.
kind(certificate) := "self_signed" if {
	# Nothing else is required, not even that it is valid (reading 6).
	certificate.self_signed == true
} else := "pki" if {
	valid_pki(certificate)
} else := "expired_pki" if {
	expired_pki(certificate)
}

# METADATA
# title: Valid PKI certificate
# description: >-
#   Whether a certificate is not self-signed, has a chain that ends in a trusted root and is valid now in every part, and
#   is not known to be revoked.
# custom:
#   step: 8
#   reading: 5
valid_pki(certificate) if {
	certificate.self_signed == false
	certificate.trust.chain == "trusted"
	not known_revoked(certificate)

	# Null sorts before every string, so an unknown window would begin before now.
	is_string(certificate.trust.valid_from)
	certificate.trust.valid_from <= document.now
	document.now <= certificate.trust.valid_until
}

# METADATA
# title: Expired PKI certificate
# description: >-
#   Whether a certificate would be a valid PKI certificate if its chain had not expired. The beginning of the chain's
#   validity can be unknown.
# custom:
#   step: 6
#   reading: 3
expired_pki(certificate) if {
	certificate.self_signed == false
	certificate.trust.chain == "trusted"
	not known_revoked(certificate)
	is_string(certificate.trust.valid_until)
	certificate.trust.valid_until < document.now
}

# METADATA
# title: Known to be revoked
# description: Whether a certificate is known to be revoked. If that is not known, it counts as not revoked.
# custom:
#   reading: 5
known_revoked(certificate) if certificate.trust.revoked == true
