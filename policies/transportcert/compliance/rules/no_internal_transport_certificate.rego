package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No internal transport certificate
# description: >-
#   The directory names no internal transport certificate, or one that is not in the store, and no event reports it.
#   The first raises an event only at startup, the second only if an enabled connector has ExchangeServer.
# related_resources:
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC011
#   severity: error
#   remediation: >-
#     Make the certificate that the plan names the internal transport certificate: an existing one that is valid now,
#     or a new one.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.internal_transport_certificate,
	"message": missing,
	"path": "directory.internal_transport_certificate",
	"thumbprint": input.directory.internal_transport_certificate,
}) if {
	is_null(decision.certificate)
	input.directory.readable
	not events_by_id[12012]
	not events_by_id[12013]
}

missing := "msExchServerInternalTLSCert is not set in the directory, so no internal transport certificate is loaded" if {
	is_null(input.directory.internal_transport_certificate)
} else := sprintf(
	"the directory names the internal transport certificate %s, but it is not in the store",
	[input.directory.internal_transport_certificate],
)
