package transportcert.inbound_anonymous

# METADATA
# title: Eligible
# description: >-
#   The thumbprints of the certificates that meet every criterion, the most recent not_before first;
#   where that is equal, the lower thumbprint first.
# custom:
#   step: 8
#   reading: 9
eligible := [thumbprint | some [_, thumbprint] in sort(eligible_by_recency)]

# METADATA
# title: Eligible by recency
# description: >-
#   The eligible, each as what it is sorted by: the digits of not_before as a number below zero, which is
#   the lower the more recent, and the thumbprint.
# custom:
#   step: 8
eligible_by_recency := [[0 - digits, certificate.thumbprint] |
	some certificate in input.certificates
	not ineligible[certificate.thumbprint]
	digits := to_number(regex.replace(certificate.not_before, `\D`, ""))
]

# METADATA
# title: Best
# description: The first eligible valid PKI certificate; if there is none, the first that is self-signed.
# scope: document
# custom:
#   step: 8
#   reading: 7
default best := null

best := eligible_pki[0]

best := eligible_self_signed[0] if count(eligible_pki) == 0

# METADATA
# title: Kind of the best
# description: Whether the best is a valid PKI certificate or self-signed.
# scope: document
# custom:
#   step: 8
default best_kind := null

best_kind := "pki" if count(eligible_pki) > 0

best_kind := "self_signed" if {
	count(eligible_pki) == 0
	count(eligible_self_signed) > 0
}

# METADATA
# title: Eligible PKI
# description: The eligible that are valid PKI certificates, in order.
# custom:
#   step: 8
eligible_pki := [thumbprint |
	some thumbprint in eligible
	valid_pki(store[thumbprint])
]

# METADATA
# title: Eligible self-signed
# description: The eligible that are self-signed, in order. Nothing else is asked of them, not even to be valid.
# custom:
#   step: 8
#   reading: 6
eligible_self_signed := [thumbprint |
	some thumbprint in eligible
	store[thumbprint].self_signed == true
]

# METADATA
# title: Valid PKI certificate
# description: >-
#   Not self-signed, with a chain that ends in a trusted root, valid now in every part, and not known to
#   be revoked.
# custom:
#   step: 8
#   reading: 5
valid_pki(certificate) if {
	certificate.self_signed == false
	certificate.trust.chain == "trusted"
	not known_revoked(certificate)

	# Null is less than every string: a window that is not known would begin before now.
	is_string(certificate.trust.valid_from)
	certificate.trust.valid_from <= now
	now <= certificate.trust.valid_until
}

# METADATA
# title: Known to be revoked
# description: A revocation that nobody could find out about does not count.
# custom:
#   step: 8
#   reading: 5
known_revoked(certificate) if certificate.trust.revoked == true

# METADATA
# title: Now
# description: The time for which to decide. Times compare as text, so that the year 9999 holds no surprise.
# scope: document
# custom:
#   step: 5
#   reading: 12
now := input.now

now := time.format([time.now_ns(), "UTC", "2006-01-02T15:04:05Z07:00"]) if not input.now
