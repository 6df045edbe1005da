package transportcert.remedies

# METADATA
# title: Federated
# description: Whether a federation trust uses a certificate.
federated(certificate) if federation in exchange_services(certificate)

federation := "Federation"

# METADATA
# title: Federation certificate
# description: >-
#   What gives a federation trust another certificate. Enable-ExchangeCertificate does not, and the trust is the
#   organization's: until it has the new certificate, the old one has to stay.
federation_certificate(certificate) := manual(
	sprintf("federation-certificate:%s", [certificate.thumbprint]),
	sprintf("Give the federation trust a certificate in place of %s", [name_of(certificate)]),
	concat("\n", array.concat(
		[
			"Create a certificate with New-ExchangeCertificate -Services Federation, and make it the next one of the trust with",
			"Set-FederationTrust -Thumbprint. When Test-FederationTrustCertificate finds it on every server, run",
			"Set-FederationTrust -PublishFederationCertificate, and change the TXT records of the federated domains.",
			"Keep the old certificate until then.",
		],
		[sprintf("Enable another certificate for %s, too.", [concat(", ", others)]) | count(others) > 0],
	)),
) if {
	others := sort(assignable_services(certificate))
}

# METADATA
# title: Assignable services
# description: The services of a certificate that Enable-ExchangeCertificate can assign to another one.
assignable_services(certificate) := exchange_services(certificate) - {federation}
