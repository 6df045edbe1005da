package transportcert.compliance.rules

import data.transportcert.document

# METADATA
# title: Revocation of the best certificate unknown
# description: >-
#   The best certificate is a valid PKI certificate, but it is not known whether its CA has revoked it. A certificate
#   counts as not revoked unless it is known to be revoked.
# related_resources:
#   - description: Reading 5
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#reading-5
# custom:
#   id: TC052
#   severity: info
#   remediation: Check it on {server} with certutil -verify -urlfetch, and supply trust.revoked.
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", ["it is not known whether", described(document.store[decision.best]), "is revoked; it counts as not revoked"]),
	"path": path(decision.best, "trust.revoked"),
	"thumbprint": decision.best,
}) if {
	decision.best_kind == "pki"
	is_null(object.get(document.store[decision.best].trust, "revoked", null))
}
