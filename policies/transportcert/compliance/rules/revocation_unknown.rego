package transportcert.compliance.rules

import data.transportcert.document

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
	"message": concat(" ", [described(document.store[decision.best]), "counts as not revoked, which is not known"]),
	"path": path(decision.best, "trust.revoked"),
	"thumbprint": decision.best,
}) if {
	decision.best_kind == "pki"
	is_null(object.get(document.store[decision.best].trust, "revoked", null))
}
