# METADATA
# scope: package
# title: Mask of decision logs
# description: >-
#   Of a document with certificates, OPA logs what is listed here and nothing else, so that neither the
#   certificates (der) nor what they say of names leave the house. To have more in the log, add to the lists.
# related_resources:
#   - description: Where the mask is put to work
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/opa.md#decision-logs
package system.log

# METADATA
# title: Sections
# description: The sections of a document that are logged. What nobody listed is not.
sections := {"schema_version", "server", "now", "phase", "connectors", "directory", "host", "certificates", "sources"}

# METADATA
# title: Certificate fields
# description: What is logged of a certificate. der, subject, issuer, subject_common_names, dns_names, friendly_name and serial_number are not.
certificate_fields := {
	"thumbprint",
	"version",
	"not_before",
	"not_after",
	"has_private_key",
	"services",
	"self_signed",
	"trust",
	"key_algorithm",
	"key_bits",
	"signature_algorithm",
}

# METADATA
# title: Trust fields
# description: What is logged of a certificate's trust. Its error can quote names.
trust_fields := {"chain", "valid_from", "valid_until", "revoked"}

# METADATA
# title: Results
# description: >-
#   The paths whose results are logged: those that name certificates by their thumbprints alone. The result
#   of a query for the whole package would hold the store, and findings quote names.
results := {"transportcert/inbound_anonymous/decision"}

# METADATA
# title: Masked input
# description: The document in the log stands in place of the one that was decided on.
mask contains {"op": "upsert", "path": "/input", "value": logged} if has_certificates

# METADATA
# title: Masked result
# description: A result that is not listed is not logged.
mask contains "/result" if {
	has_certificates
	not has_logged_result
}

# METADATA
# title: Has a logged result
# description: An ad hoc query has no path, and its result could be anything.
has_logged_result if input.path in results

# METADATA
# title: Has certificates
# description: Other decisions that this OPA makes are not our concern.
has_certificates if "certificates" in object.keys(input.input)

# METADATA
# title: Logged
# description: The document as it is logged.
logged := object.union(
	object.filter(input.input, sections),
	{"certificates": [logged_certificate(certificate) | some certificate in input.input.certificates]},
)

# METADATA
# title: Logged certificate
# description: A certificate as it is logged; without its trust where that is not what it should be.
logged_certificate(certificate) := object.union(
	object.filter(certificate, certificate_fields - {"trust"}),
	{"trust": object.filter(certificate.trust, trust_fields)},
) if {
	is_object(certificate.trust)
} else := object.filter(certificate, certificate_fields - {"trust"})
