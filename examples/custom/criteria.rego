# METADATA
# scope: package
# title: Contoso's rules for the certificates of Exchange
# description: >-
#   More criteria for step 7, thresholds by role, and a finding of Contoso's own. What changes often is in
#   transportcert/custom/data.yaml.
# related_resources:
#   - description: How such rules are written
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/extending.md
package transportcert.custom

# METADATA
# title: Weak key
# description: The certificate has an RSA key below 3072 bits, or a key that is not known to be strong.
ineligible contains {"thumbprint": certificate.thumbprint, "reason": "contoso_weak_key"} if {
	some certificate in input.certificates
	not strong_key(certificate)
}

# METADATA
# title: Another CA
# description: The certificate is not self-signed, and none of Contoso's CAs issued it.
ineligible contains {"thumbprint": certificate.thumbprint, "reason": "contoso_other_ca"} if {
	some certificate in input.certificates
	certificate.self_signed != true
	not issued_by_contoso(certificate)
}

# METADATA
# title: Strong key
# description: RSA with 3072 bits or more, or ECDSA with 256 or more.
# scope: document
strong_key(certificate) if {
	certificate.key_algorithm == "RSA"
	certificate.key_bits >= 3072
}

strong_key(certificate) if {
	certificate.key_algorithm == "ECDSA"
	certificate.key_bits >= 256
}

# METADATA
# title: Issued by Contoso
# description: One of Contoso's CAs issued the certificate. Whether its chain is trusted, the shipped rules ask.
issued_by_contoso(certificate) if certificate.issuer in data.transportcert.custom.authorities
