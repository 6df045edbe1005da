package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: No private key
# description: >-
#   The internal transport certificate, or a certificate that is enabled for SMTP, has no private key in the store. It
#   cannot be used to encrypt a session.
# related_resources:
#   - description: Enable-ExchangeCertificate
#     ref: https://learn.microsoft.com/powershell/module/exchange/enable-exchangecertificate
# custom:
#   id: TC032
#   severity: error
#   remediation: Import the certificate with its private key, or remove it if nothing needs it.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.no_key(certificate),
	"message": concat(" ", [described(certificate), "has no private key"]),
	"path": path(certificate.thumbprint, "has_private_key"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in input.certificates
	for_smtp(certificate)
	certificate.has_private_key == false
}

# SMTP uses it.
for_smtp(certificate) if certificate.thumbprint == decision.certificate

for_smtp(certificate) if "SMTP" in remedies.exchange_services(certificate)
