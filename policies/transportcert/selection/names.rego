# METADATA
# scope: package
# title: Selection
# description: >-
#   Which certificates in the store are eligible for a list of names, and which of them is best: steps 7 and 8 as functions
#   of these names, for every scenario.
# related_resources:
#   - description: Step 7
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-7
# schemas:
#   - input: schema.input
package transportcert.selection

# METADATA
# title: Comparable
# description: A name in the form in which names are compared, in lower case and without one trailing dot.
# custom:
#   reading: 8
comparable(name) := lower(trim_suffix(name, "."))

# METADATA
# title: Names
# description: The common names of a certificate's subject, and its DNS names.
names(certificate) := array.concat(certificate.subject_common_names, certificate.dns_names)

# METADATA
# title: By name
# description: >-
#   The certificates by comparable name, each an object with the thumbprints as keys. object.union_n groups them in
#   one pass; a partial rule would compare each new name with all others.
by_name := object.union_n([{name: {certificate.thumbprint: true}} |
	some certificate in input.certificates
	some stated in array.concat(certificate.subject_common_names, certificate.dns_names)
	name := comparable(stated)
])

# METADATA
# title: By TlsCertificateName
# description: >-
#   The certificates by the TlsCertificateName that matches them, in lower case, each an object with the thumbprints
#   as keys. Certificates with the same issuer and subject share a TlsCertificateName.
by_tls_certificate_name := object.union_n([{name: {certificate.thumbprint: true}} |
	some certificate in input.certificates
	name := lower(tls_certificate_name(certificate))
])

# METADATA
# title: TlsCertificateName
# description: The TlsCertificateName that matches a certificate, its issuer and subject as Exchange writes them.
tls_certificate_name(certificate) := sprintf("<I>%s<S>%s", [
	object.get(certificate, "issuer", ""),
	object.get(certificate, "subject", ""),
])
