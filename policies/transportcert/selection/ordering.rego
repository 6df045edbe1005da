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
# description: Thumbprints by the certificates' not_before, most recent first; where it is equal, the lower thumbprint first.
# custom:
#   step: 8
#   reading: 9
in_order(thumbprints) := [thumbprint |
	some [_, thumbprint] in sort([[reversed(document.store[unsorted].not_before), unsorted] | some unsorted in thumbprints])
]

# A time that is less, the more recent it is, by taking each digit from 9: sort knows only one direction, and reversing
# its result would put the higher thumbprint first where not_before is equal.
reversed(time) := strings.replace_n(from_nine, time)

from_nine := {"0": "9", "1": "8", "2": "7", "3": "6", "4": "5", "5": "4", "6": "3", "7": "2", "8": "1", "9": "0"}

# METADATA
# title: Best
# description: The first eligible valid PKI certificate, otherwise the first that is self-signed; undefined without either.
# custom:
#   step: 8
#   reading: 7
best(domains) := first_of(eligible(domains), {"pki": 1, "self_signed": 2})

# METADATA
# title: First of
# description: >-
#   Of thumbprints in order, the first whose certificate is of the kind that is preferred, by number; where there is
#   none, of the next kind; undefined without any.
# custom:
#   step: 8
first_of(thumbprints, preference) := {"thumbprint": thumbprints[first], "kind": kind(document.store[thumbprints[first]])} if {
	[_, first] := min([[preference[kind(document.store[thumbprint])], i] | some i, thumbprint in thumbprints])
}

# Undefined for a certificate that is none of them: issued by a CA that is not trusted, for example.
kind(certificate) := "self_signed" if {
	# Nothing else is asked of it, not even that it is valid (reading 6).
	certificate.self_signed == true
} else := "pki" if {
	valid_pki(certificate)
} else := "expired_pki" if {
	expired_pki(certificate)
}

# METADATA
# title: Valid PKI certificate
# description: >-
#   Not self-signed, with a chain that ends in a trusted root, valid now in every part, and not known to be
#   revoked.
# custom:
#   step: 8
#   reading: 5
valid_pki(certificate) if {
	certificate.self_signed == false
	certificate.trust.chain == "trusted"
	not known_revoked(certificate)

	# Null is less than every string: an unknown window would begin before now.
	is_string(certificate.trust.valid_from)
	certificate.trust.valid_from <= document.now
	document.now <= certificate.trust.valid_until
}

# METADATA
# title: Expired PKI certificate
# description: Like a valid PKI certificate, but the validity of its chain has ended. Its beginning may be unknown.
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
# description: A certificate that may or may not be revoked counts as not revoked.
# custom:
#   reading: 5
known_revoked(certificate) if certificate.trust.revoked == true
