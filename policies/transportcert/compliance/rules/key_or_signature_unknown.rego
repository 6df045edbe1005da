package transportcert.compliance.rules

import data.transportcert.remedies

# METADATA
# title: Key or signature unknown
# description: >-
#   The document does not say which key or signature the internal transport certificate or the best certificate has,
#   so neither was checked for weakness.
# related_resources:
#   - description: The input document
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#input-document
# custom:
#   id: TC053
#   severity: info
#   remediation: Gather the certificates with their DER, or supply the field.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s of %s is not known", [field, described(certificate)]),
	"path": path(certificate.thumbprint, field),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in loaded_and_best
	some field in fields_of_strength(certificate)
	object.get(certificate, field, "") in {"", 0}
}

fields_of_strength(certificate) := {"key_algorithm", "key_bits", "signature_algorithm"} if {
	remedies.measured_by_bits(certificate)
} else := {"key_algorithm", "signature_algorithm"}
