# METADATA
# scope: package
# title: Selection
# description: >-
#   Which certificates of the store are eligible for the names searched for, and which of them is best: steps 7
#   and 8 as functions of these names, for every scenario.
# related_resources:
#   - description: Step 7
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-7
# schemas:
#   - input: schema.input
package transportcert.selection

# METADATA
# title: Comparable
# description: A name as names are compared, in lower case and without one trailing dot.
# custom:
#   reading: 8
comparable(name) := lower(trim_suffix(name, "."))

# METADATA
# title: Names
# description: The names that a certificate is for, the subject's common names and the DNS names.
names(certificate) := array.concat(certificate.subject_common_names, certificate.dns_names)

# METADATA
# title: By name
# description: >-
#   The certificates by comparable name, each an object with the thumbprints as keys. object.union_n groups them in
#   one pass, where a partial rule would compare each new name with all others.
by_name := object.union_n([{name: {certificate.thumbprint: true}} |
	some certificate in input.certificates
	some stated in array.concat(certificate.subject_common_names, certificate.dns_names)
	name := comparable(stated)
])

# METADATA
# title: By TlsCertificateName
# description: >-
#   The certificates by the TlsCertificateName that names them, in lower case, each an object with the thumbprints
#   as keys. Certificates of one CA with one subject share it.
by_tls_certificate_name := object.union_n([{name: {certificate.thumbprint: true}} |
	some certificate in input.certificates
	name := lower(tls_certificate_name(certificate))
])

# METADATA
# title: TlsCertificateName
# description: What names a certificate on a connector, its issuer and subject as Exchange writes them.
tls_certificate_name(certificate) := sprintf("<I>%s<S>%s", [
	object.get(certificate, "issuer", ""),
	object.get(certificate, "subject", ""),
])
