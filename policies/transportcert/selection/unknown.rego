package transportcert.selection

import data.transportcert.document

# METADATA
# title: Could be eligible
# description: >-
#   The certificates that are ineligible for a domain list only because of unknown facts, by thumbprint, each with these
#   facts and their fields.
# custom:
#   reading: 11
could_be_eligible(domains) := {thumbprint: facts |
	some thumbprint, reasons in ineligible(domains)
	every reason in reasons { unknown_facts[reason] }
	facts := [unknown_facts[reason] | some reason in reasons]
}

unknown_facts := {
	"private_key_unknown": {"field": "has_private_key", "fact": "whether it has a private key"},
	"services_unknown": {"field": "services", "fact": "which services it is enabled for"},
}

# METADATA
# title: Could be best
# description: >-
#   The eligible certificates that could be best for a domain list, depending on an unknown fact, by thumbprint, each with
#   the fact and its field.
# custom:
#   reading: 11
could_be_best(domains) := {thumbprint: unknown_kind(certificate) |
	some rank, thumbprint in eligible(domains)
	certificate := document.store[thumbprint]
	some possible in ["pki", "self_signed"]
	could_be(certificate, possible)
	not yields_to_best(domains, rank, possible)
}

# METADATA
# title: Could be
# description: Whether the known facts allow a certificate that is not known to be self-signed to be of a kind, pki or self_signed.
# scope: document
# custom:
#   reading: 11
could_be(certificate, "pki") if {
	certificate.self_signed != true
	certificate.trust.chain != "untrusted"
	not known_revoked(certificate)
	valid_now(certificate)
	not chain_invalid_now(certificate)
}

could_be(certificate, "self_signed") if is_null(certificate.self_signed)

# Whether the best certificate would still come before a certificate of this kind at this rank.
yields_to_best(domains, _, "self_signed") if best(domains).kind == "pki"

yields_to_best(domains, rank, possible) if {
	best(domains).kind == possible
	best_rank(domains) <= rank
}

best_rank(domains) := rank if {
	some rank, thumbprint in eligible(domains)
	thumbprint == best(domains).thumbprint
}

unknown_kind(certificate) := {"field": "self_signed", "fact": "whether it is self-signed"} if {
	is_null(certificate.self_signed)
} else := {"field": "trust", "fact": "whether its chain is trusted and valid now"}

# METADATA
# title: Valid now
# description: Whether now is in the validity period of the certificate itself.
valid_now(certificate) if {
	certificate.not_before <= document.now
	document.now <= certificate.not_after
}

# METADATA
# title: Chain invalid now
# description: Whether now is known to be outside the window in which a certificate's whole chain is valid.
# scope: document
# custom:
#   reading: 5
chain_invalid_now(certificate) if {
	is_string(certificate.trust.valid_from)
	document.now < certificate.trust.valid_from
}

chain_invalid_now(certificate) if {
	is_string(certificate.trust.valid_until)
	certificate.trust.valid_until < document.now
}
