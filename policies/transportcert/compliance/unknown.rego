package transportcert.compliance

import data.transportcert.inbound_anonymous

# METADATA
# title: Unknown reasons
# description: The reasons of step 7 that say that a fact is not known, with the field that lacks it.
# custom:
#   document: input
unknown_reasons := {
	"private_key_unknown": {"field": "has_private_key", "fact": "whether there is a private key"},
	"services_unknown": {"field": "services", "fact": "which services it is enabled for"},
}

# METADATA
# title: Eligibility rests on an unknown fact
# description: >-
#   A certificate is not eligible only because nobody could tell whether it has a private key or for which
#   services it is enabled. Where it is eligible in truth, the decision may be another one.
# related_resources:
#   - description: Reading 11
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-11
# custom:
#   id: TC050
#   severity: warning
#   remediation: >-
#     Gather the certificates from a source that knows, such as Get-ExchangeCertificate on {server} itself, or
#     supply the fact.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s would be eligible as far as is known; unknown is %s", [
		named(inbound_anonymous.store[thumbprint]),
		unknown_reasons[reason].fact,
	]),
	"path": place(thumbprint, unknown_reasons[reason].field),
	"thumbprint": thumbprint,
}) if {
	some thumbprint, reasons in decision.ineligible
	every reason in reasons { unknown_reasons[reason] }
	some reason in reasons
}

# METADATA
# title: The best rests on an unknown fact
# description: >-
#   An eligible certificate could be best instead: nobody could tell whether it is self-signed, or whether its
#   chain ends in a trusted root and is valid now.
# related_resources:
#   - description: Reading 11
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-11
# custom:
#   id: TC051
#   severity: warning
#   remediation: >-
#     Name the trusted root certificates when gathering (--roots, --system-roots), or supply the fact.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s could be best; unknown is %s", [named(certificate), unknown.fact]),
	"path": place(thumbprint, unknown.field),
	"thumbprint": thumbprint,
}) if {
	some rank, thumbprint in decision.eligible
	certificate := inbound_anonymous.store[thumbprint]
	could_be_best(certificate, rank)
	unknown := unknown_kind(certificate)
}

# METADATA
# title: Unknown kind
# description: What is not known of a certificate that could be best.
# scope: document
# custom:
#   document: input
unknown_kind(certificate) := {"field": "self_signed", "fact": "whether it is self-signed"} if {
	is_null(certificate.self_signed)
} else := {"field": "trust", "fact": "whether its chain is trusted and valid now"}

# METADATA
# title: Could be best
# description: >-
#   Whether an eligible certificate, by its rank in the order of step 8, would be best if the unknown facts
#   were in its favour.
# scope: document
# custom:
#   step: 8
could_be_best(certificate, rank) if {
	could_be_pki(certificate)
	comes_before_best(rank, "pki")
}

could_be_best(certificate, rank) if {
	is_null(certificate.self_signed)
	decision.best_kind != "pki"
	comes_before_best(rank, "self_signed")
}

# METADATA
# title: Could be a valid PKI certificate
# description: Whether no fact that is known speaks against a certificate's being a valid PKI certificate.
# custom:
#   step: 8
#   reading: 5
could_be_pki(certificate) if {
	certificate.self_signed != true
	certificate.trust.chain != "untrusted"
	not inbound_anonymous.known_revoked(certificate)
	valid_now(certificate)
	not chain_known_invalid(certificate)
}

# METADATA
# title: Comes before the best
# description: Whether a certificate of a kind at a rank would be taken before the best.
# scope: document
# custom:
#   step: 8
comes_before_best(_, kind) if decision.best_kind != kind

comes_before_best(rank, _) if rank < ranks[decision.best]

# METADATA
# title: Ranks
# description: Where in the order of step 8 each eligible certificate stands.
# custom:
#   step: 8
ranks := {thumbprint: rank | some rank, thumbprint in decision.eligible}

# METADATA
# title: The revocation of the best is not known
# description: >-
#   The best certificate is a valid PKI certificate, and nobody could tell whether its CA has revoked it. What
#   is not known to be revoked counts as not revoked.
# related_resources:
#   - description: Reading 5
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-5
# custom:
#   id: TC052
#   severity: info
#   remediation: Look it up on {server} with certutil -verify -urlfetch, and supply trust.revoked.
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [named(best), "counts as not revoked, which is not known"]),
	"path": place(decision.best, "trust.revoked"),
	"thumbprint": decision.best,
}) if {
	decision.best_kind == "pki"
	is_null(object.get(best.trust, "revoked", null))
}

# METADATA
# title: Key or signature not known
# description: >-
#   The document does not say with which key or signature the internal transport certificate or the best is
#   made, so nobody looked whether they are weak.
# related_resources:
#   - description: The input document
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#input-document
# custom:
#   id: TC053
#   severity: info
#   remediation: Gather the certificates with their DER, or supply the field.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has an unknown %s", [named(certificate), field]),
	"path": place(certificate.thumbprint, field),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in loaded_and_best
	some field in fields_of_strength(certificate)
	object.get(certificate, field, "") in {"", 0}
}

# METADATA
# title: Fields of strength
# description: The fields that tell how strong a certificate's key and signature are.
# scope: document
# custom:
#   document: input
fields_of_strength(certificate) := {"key_algorithm", "key_bits", "signature_algorithm"} if {
	measured_by_bits(certificate)
} else := {"key_algorithm", "signature_algorithm"}
