package transportcert.selection

import data.transportcert.document

# METADATA
# title: Ranking
# description: >-
#   The eligible certificates for a domain list, in order, each with the reason why it is or is not the best one. Used only
#   to explain a decision.
# custom:
#   step: 8
ranking(domains) := [{"thumbprint": thumbprint, "because": because(found, document.store[thumbprint])} |
	found := best_or_none(domains)
	some thumbprint in eligible(domains)
]

best_or_none(domains) := best(domains) if {
	best(domains)
} else := {"thumbprint": null, "kind": null}

# "best", or the criterion because of which a certificate is not the best one.
because(found, certificate) := "best" if {
	certificate.thumbprint == found.thumbprint
} else := "older" if {
	kind(certificate) == found.kind
	certificate.not_before < document.store[found.thumbprint].not_before
} else := "higher_thumbprint" if {
	kind(certificate) == found.kind
} else := "self_signed" if {
	certificate.self_signed == true
} else := "self_signed_unknown" if {
	is_null(certificate.self_signed)
} else := "revoked" if {
	known_revoked(certificate)
} else := concat("_", ["chain", certificate.trust.chain]) if {
	certificate.trust.chain != "trusted"
} else := "chain_expired" if {
	expired_pki(certificate)
} else := "chain_not_valid_yet" if {
	chain_invalid_now(certificate)
} else := "chain_validity_unknown"
