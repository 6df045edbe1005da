# METADATA
# scope: package
# title: Contoso's rules for Exchange certificates
# description: >-
#   Additional criteria for step 7, thresholds by role, and a finding. Values that change often are in
#   transportcert/custom/data.yaml.
# related_resources:
#   - description: Write your own rules
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
# description: Whether the key is an RSA key of 3072 bits or more, or an ECDSA key of 256 bits or more.
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
# description: >-
#   Whether one of Contoso's CAs issued the certificate. The shipped rules check whether its chain is trusted.
issued_by_contoso(certificate) if certificate.issuer in data.transportcert.custom.authorities
