package transportcert.remedies

import data.transportcert.compliance
import data.transportcert.document
import data.transportcert.selection

# METADATA
# title: Fit
# description: A certificate that can be used for TLS for the next weeks, as far as is known.
default fit(_) := false

fit(certificate) if {
	certificate.version >= 3
	certificate.has_private_key == true
	usable_kind(certificate)
	not defective(certificate)
}

usable_kind(certificate) if certificate.self_signed == true

usable_kind(certificate) if selection.valid_pki(certificate)

# METADATA
# title: Defective
# description: Something is wrong with a certificate that only another certificate mends.
# scope: document
default defective(_) := false # OPA remembers this, too

defective(certificate) if not selection.valid_now(certificate)

defective(certificate) if certificate.not_after < horizon

defective(certificate) if certificate.has_private_key == false

defective(certificate) if selection.known_revoked(certificate)

defective(certificate) if weak_key(certificate)

defective(certificate) if weakly_signed(certificate)

defective(certificate) if not_for(certificate, "1.3.6.1.5.5.7.3.1")

# METADATA
# title: Weak key
# description: An RSA or DSA key below the threshold minimum_key_bits.
weak_key(certificate) if {
	measured_by_bits(certificate)
	certificate.key_bits > 0
	certificate.key_bits < compliance.config.minimum_key_bits
}

# METADATA
# title: Measured by bits
# description: Keys on elliptic curves are shorter by nature, so the threshold minimum_key_bits says nothing of them.
measured_by_bits(certificate) if upper(certificate.key_algorithm) in {"RSA", "DSA"}

# METADATA
# title: Weakly signed
# description: The signature's name has a weak hash in it (SHA1-RSA, sha1RSA, ecdsa-with-SHA1), or is the OID of such a signature.
# scope: document
weakly_signed(certificate) if regex.match(`(?i)md[245]|sha-?1([^0-9]|$)`, certificate.signature_algorithm)

weakly_signed(certificate) if certificate.signature_algorithm in weak_signature_oids

# MD2, MD4, MD5 and SHA-1 with RSA, DSA and ECDSA. A gatherer that has no name for a signature gives its OID.
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
# title: Not for
# description: A certificate with an extended key usage extension is for nothing else than what stands there.
not_for(certificate, usage) if {
	is_array(certificate.extended_key_usages)
	count({usage, any_usage} & {given | some given in certificate.extended_key_usages}) == 0
}

any_usage := "2.5.29.37.0"

# METADATA
# title: Exchange services
# description: The services that a certificate is enabled for, as far as they are known.
exchange_services(certificate) := {service | some service in certificate.services} - {"None"}

# The certificates of the store that are not defective.
sound := [certificate | some certificate in input.certificates; not defective(certificate)]

# The certificates of the store that are fit and enabled for SMTP.
fit_for_smtp := [certificate |
	some certificate in fit_certificates
	"SMTP" in certificate.services
]

fit_certificates := [certificate | some certificate in input.certificates; fit(certificate)]

lacks_only_smtp(reasons) if reasons == ["smtp_not_enabled"]

store := document.store
