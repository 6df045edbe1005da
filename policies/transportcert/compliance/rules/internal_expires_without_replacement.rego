package transportcert.compliance.rules

import data.transportcert.internal_certificate
import data.transportcert.remedies

# METADATA
# title: The internal transport certificate expires soon and has no replacement
# description: >-
#   The internal transport certificate expires within expires_within_days, and no other eligible certificate is valid
#   for longer.
# related_resources:
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC020
#   severity: error
#   remediation: >-
#     Make the certificate that the plan names the internal transport certificate: an existing one that is valid now,
#     or a new one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.internal_transport_certificate,
	"message": sprintf("%s expires on %s, and no other eligible certificate is valid for longer", [
		described(internal_certificate.loaded),
		internal_certificate.loaded.not_after,
	]),
	"path": path(decision.certificate, "not_after"),
	"thumbprint": decision.certificate,
}) if {
	loaded_expires_soon
	count(replacements) == 0
}
