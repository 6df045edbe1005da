package transportcert.compliance.rules

# METADATA
# title: A TlsCertificateName matches several certificates
# description: >-
#   The TlsCertificateName of a connector matches several certificates in the store, for example after a renewal by
#   the same CA with the same subject. Exchange prefers the most recent valid one. It refuses to remove any of them
#   while a Send connector names them.
# related_resources:
#   - description: Step 6 of inbound STARTTLS
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# custom:
#   id: TC062
#   severity: info
#   remediation: Check that the certificate that Exchange prefers is the one that you want.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s has a TlsCertificateName that matches %d certificates: %s", [
		name.described,
		count(thumbprints),
		concat(", ", thumbprints),
	]),
	"path": name.path,
	"connector": name.connector,
}) if {
	some name in tls_certificate_names
	thumbprints := named(name.value)
	count(thumbprints) > 1
}
