package transportcert.compliance

import data.transportcert.inbound_anonymous

# METADATA
# title: Loaded
# description: The internal transport certificate; undefined where none is loaded.
# custom:
#   document: input
loaded := inbound_anonymous.store[decision.certificate]

# METADATA
# title: Best
# description: The best certificate; undefined where there is none.
# custom:
#   document: input
best := inbound_anonymous.store[decision.best]

# METADATA
# title: Loaded and best
# description: The two certificates that step 9 compares, as far as there are any.
# custom:
#   document: input
loaded_and_best := [certificate |
	some thumbprint in {decision.certificate, decision.best}
	certificate := inbound_anonymous.store[thumbprint]
]

# METADATA
# title: Positions
# description: Where in the document each certificate stands, by thumbprint.
# custom:
#   document: input
positions := {certificate.thumbprint: i | some i, certificate in input.certificates}

# METADATA
# title: Place
# description: The JSON path of a certificate's field.
# custom:
#   document: input
place(thumbprint, field) := sprintf("certificates[%d].%s", [positions[thumbprint], field])

# METADATA
# title: Named
# description: A certificate by its thumbprint, with what it is or does.
# scope: document
# custom:
#   document: input
named(certificate) := concat(" ", ["the internal transport certificate", certificate.thumbprint]) if {
	certificate.thumbprint == decision.certificate
} else := concat(" ", ["the best certificate", certificate.thumbprint]) if {
	certificate.thumbprint == decision.best
} else := sprintf("the certificate %s (%s)", [certificate.thumbprint, concat(", ", exchange_services(certificate))]) if {
	count(exchange_services(certificate)) > 0
} else := concat(" ", ["the certificate", certificate.thumbprint])

# METADATA
# title: Exchange services
# description: The services that a certificate is enabled for, as far as they are known.
# custom:
#   document: input
exchange_services(certificate) := {service | some service in certificate.services} - {"None"}

# METADATA
# title: In use
# description: >-
#   The certificates that the rules look at as HealthChecker does: the internal transport certificate, the
#   best, and every one that is enabled for an Exchange service.
# custom:
#   document: input
in_use := [certificate |
	some certificate in input.certificates
	is_in_use(certificate)
]

# METADATA
# title: Is in use
# description: >-
#   Whether a certificate is the internal transport certificate, the best, or enabled for an Exchange service.
# scope: document
# custom:
#   document: input
is_in_use(certificate) if certificate.thumbprint in {decision.certificate, decision.best}

is_in_use(certificate) if count(exchange_services(certificate)) > 0

# METADATA
# title: Internal or for SMTP
# description: Whether SMTP uses a certificate.
# scope: document
# custom:
#   document: input
for_smtp(certificate) if certificate.thumbprint == decision.certificate

for_smtp(certificate) if "SMTP" in exchange_services(certificate)

# METADATA
# title: Auth certificate
# description: >-
#   Whether a certificate is one that Exchange Setup makes for OAuth between servers. The document does not
#   say which one the organisation uses, so the name that Setup gives it has to tell.
# custom:
#   document: input
is_auth(certificate) if "Microsoft Exchange Server Auth Certificate" in certificate.subject_common_names

# METADATA
# title: Weak key
# description: >-
#   A certificate in use has an RSA or DSA key below the threshold minimum_key_bits. Keys on elliptic curves
#   are shorter by nature and are not measured by it.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC030
#   severity: error
#   remediation: >-
#     Renew it with a longer key (New-ExchangeCertificate -KeySize), or have the CA issue it anew with one. Then
#     enable the new one for the services of the old one; the Auth certificate with Set-AuthConfig.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has a key of %d bits (%s), and %d are the least", [
		named(certificate),
		certificate.key_bits,
		certificate.key_algorithm,
		config.minimum_key_bits,
	]),
	"path": place(certificate.thumbprint, "key_bits"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	measured_by_bits(certificate)
	certificate.key_bits > 0
	certificate.key_bits < config.minimum_key_bits
}

# METADATA
# title: Measured by bits
# description: Whether the strength of a certificate's key is told by the threshold minimum_key_bits.
# custom:
#   document: input
measured_by_bits(certificate) if upper(certificate.key_algorithm) in {"RSA", "DSA"}

# METADATA
# title: Weak signature
# description: >-
#   A certificate in use is signed with MD2, MD4, MD5 or SHA-1. That of a self-signed certificate protects
#   nothing, and is reported as HealthChecker does, since scanners and auditors do so too.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
#   - description: Exchange Server TLS and hash algorithms
#     ref: https://aka.ms/HC-SSLBP
# custom:
#   id: TC031
#   severity: warning
#   remediation: >-
#     Renew it on a current cumulative update, since older ones sign with SHA-1, or have the CA issue it anew
#     with SHA-2. Then enable the new one for the services of the old one; the Auth certificate with Set-AuthConfig.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s is signed with %s", [named(certificate), certificate.signature_algorithm]),
	"path": place(certificate.thumbprint, "signature_algorithm"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	weakly_signed(certificate)
}

# METADATA
# title: Weakly signed
# description: >-
#   Whether the signature's name has a weak hash in it (SHA1-RSA, sha1RSA, ecdsa-with-SHA1), or is the OID of
#   such a signature.
# scope: document
# custom:
#   document: input
weakly_signed(certificate) if regex.match(`(?i)md[245]|sha-?1([^0-9]|$)`, certificate.signature_algorithm)

weakly_signed(certificate) if certificate.signature_algorithm in weak_signature_oids

# METADATA
# title: OIDs of weak signatures
# description: >-
#   MD2, MD4, MD5 and SHA-1 with RSA, DSA and ECDSA. A gatherer that has no name for a signature gives its OID.
# custom:
#   document: input
weak_signature_oids := {
	"1.2.840.10040.4.3",
	"1.2.840.10045.4.1",
	"1.2.840.113549.1.1.2",
	"1.2.840.113549.1.1.3",
	"1.2.840.113549.1.1.4",
	"1.2.840.113549.1.1.5",
	"1.3.14.3.2.13",
	"1.3.14.3.2.15",
	"1.3.14.3.2.2",
	"1.3.14.3.2.27",
	"1.3.14.3.2.29",
	"1.3.14.3.2.3",
	"1.3.14.3.2.4",
	"1.3.14.7.2.3.1",
}

# METADATA
# title: No private key
# description: >-
#   The internal transport certificate, or one that is enabled for SMTP, has no private key in the store. No
#   session can be encrypted with it.
# related_resources:
#   - description: Enable-ExchangeCertificate
#     ref: https://learn.microsoft.com/powershell/module/exchange/enable-exchangecertificate
# custom:
#   id: TC032
#   severity: error
#   remediation: |-
#     # Import it again from a backup that has the private key (Import-ExchangeCertificate), or, where nothing uses it:
#     Remove-ExchangeCertificate -Thumbprint {thumbprint} -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [named(certificate), "has no private key"]),
	"path": place(certificate.thumbprint, "has_private_key"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in input.certificates
	for_smtp(certificate)
	certificate.has_private_key == false
}

# METADATA
# title: Revoked
# description: The CA has revoked a certificate in use.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC033
#   severity: error
#   remediation: |-
#     # Ask the CA why, and for a new one. Import that, enable it for the services of the old one, then:
#     Remove-ExchangeCertificate -Thumbprint {thumbprint} -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [named(certificate), "is revoked"]),
	"path": place(certificate.thumbprint, "trust.revoked"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.trust.revoked == true
}

# METADATA
# title: Untrusted
# description: >-
#   A certificate in use is issued by a CA whose root is not trusted, so it can never be best. A self-signed
#   certificate needs no trust here.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC034
#   severity: warning
#   remediation: >-
#     Import the CA's root certificate into the Trusted Root Certification Authorities of {server}, and what
#     lies between into its Intermediate Certification Authorities.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has no chain to a trusted root%s", [named(certificate), because(certificate)]),
	"path": place(certificate.thumbprint, "trust.chain"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.self_signed == false
	certificate.trust.chain == "untrusted"
}

# METADATA
# title: Because
# description: Why there is no trusted chain, as far as the document says it.
# scope: document
# custom:
#   document: input
because(certificate) := sprintf(" (%s)", [certificate.trust.error]) if {
	certificate.trust.error != ""
} else := ""

# METADATA
# title: Chain not valid now
# description: >-
#   A certificate in use is valid itself, and its chain has a certificate that has expired or is not valid
#   yet, so it cannot be best now.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC035
#   severity: warning
#   remediation: Import the CA's current certificates on {server}, or have the certificate issued anew.
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [named(certificate), "has a certificate in its chain that is not valid now"]),
	"path": place(certificate.thumbprint, "trust"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.self_signed == false
	certificate.trust.chain == "trusted"
	valid_now(certificate)
	chain_known_invalid(certificate)
}

# METADATA
# title: Valid now
# description: Whether now lies in the validity period of a certificate itself.
# custom:
#   document: input
valid_now(certificate) if {
	certificate.not_before <= now
	now <= certificate.not_after
}

# METADATA
# title: Chain known to be invalid now
# description: Whether a known end of the chain's window leaves now out.
# scope: document
# custom:
#   step: 8
#   reading: 5
chain_known_invalid(certificate) if {
	is_string(certificate.trust.valid_from)
	now < certificate.trust.valid_from
}

chain_known_invalid(certificate) if {
	is_string(certificate.trust.valid_until)
	certificate.trust.valid_until < now
}

# METADATA
# title: No DNS name
# description: >-
#   A certificate in use has no DNS name in its subject alternative name. Step 7 takes the subject's common
#   name too; today's TLS clients do not. The Auth certificate needs none.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC036
#   severity: info
#   remediation: >-
#     Have the certificate issued anew with the server's names as DNS names (New-ExchangeCertificate
#     -DomainName).
report contains finding(rego.metadata.rule(), {
	"message": concat(" ", [named(certificate), "has no DNS name"]),
	"path": place(certificate.thumbprint, "dns_names"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	not is_auth(certificate)
	count(certificate.dns_names) == 0
}
