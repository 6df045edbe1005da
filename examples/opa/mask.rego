# METADATA
# scope: package
# title: Mask of decision logs
# description: >-
#   For documents with certificates, OPA logs only the fields that are listed here, so that the log contains neither the
#   certificates (der) nor the names in them. To log more, add to the lists.
# related_resources:
#   - description: How to use the mask
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/opa.md#decision-logs
package system.log

# METADATA
# title: Sections
# description: The sections of a document that are logged.
sections := {
	"schema_version",
	"server",
	"now",
	"phase",
	"gathered_at",
	"exchange_version",
	"procedure",
	"roles",
	"connectors",
	"directory",
	"host",
	"certificates",
	"sources",
}

# METADATA
# title: Connector fields
# description: >-
#   The fields of a Receive connector that are logged. tls_certificate_name is not, because it contains a
#   certificate's issuer and subject.
connector_fields := {
	"name",
	"auth_mechanisms",
	"enabled",
	"fqdn",
	"bindings",
	"suppress_x_anonymous_tls",
	"require_tls",
	"transport_role",
}

# METADATA
# title: Certificate fields
# description: >-
#   The fields of a certificate that are logged. der, subject, issuer, subject_common_names, dns_names, friendly_name
#   and serial_number are not.
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
# description: The fields of a certificate's trust that are logged. error is not, because it can contain names.
trust_fields := {"chain", "valid_from", "valid_until", "revoked"}

# METADATA
# title: Results
# description: >-
#   The paths of the queries whose results are logged. The result of a query for a whole package would contain the store,
#   and findings contain names.
results := {
	"transportcert/server/decision",
	"transportcert/inbound_anonymous/decision",
	"transportcert/inbound_starttls/decision",
	"transportcert/outbound_anonymous/decision",
}

# METADATA
# title: Masked input
# description: Replaces the document in the log.
mask contains {"op": "upsert", "path": "/input", "value": logged} if has_certificates

# METADATA
# title: Masked result
# description: Removes results from the log that are not listed.
mask contains "/result" if {
	has_certificates
	not has_logged_result
}

# METADATA
# title: Masked decision
# description: >-
#   Replaces a decision in the log. What inbound STARTTLS searched for, and the messages of its events, can contain a
#   certificate's names.
mask contains {"op": "upsert", "path": "/result", "value": without_names(input.result)} if {
	has_certificates
	has_logged_result
	is_object(input.result)
}

# METADATA
# title: Without names
# description: >-
#   A decision without the fields that can contain names, including the nested decisions of a server's decision.
without_names(decision) := object.union(of_server, of_scenarios) if {
	of_server := object.union(decision, unquoted(decision))
	of_scenarios := {scenario: unquoted(nested) |
		some scenario, nested in decision
		is_array(nested.input_errors)
	}
}

# METADATA
# title: Unquoted
# description: The connectors and events of a decision as they are logged.
unquoted(decision) := object.filter(
	{
		"connectors": [object.remove(connector, ["searched_for"]) | some connector in decision.connectors],
		"events": [object.remove(event, ["message", "remediation"]) | some event in decision.events],
	},
	object.keys(decision),
)

# METADATA
# title: Has a logged result
# description: Whether the result is logged. An ad hoc query has no path, and its result could contain anything.
has_logged_result if input.path in results

# METADATA
# title: Has certificates
# description: Whether the input has certificates. Other decisions of this OPA are logged unchanged.
has_certificates if "certificates" in object.keys(input.input)

# METADATA
# title: Logged
# description: The document as it is logged.
logged := object.union(
	object.filter(input.input, sections),
	{key: value | some key, value in logged_lists; key in object.keys(input.input)},
)

# METADATA
# title: Logged lists
# description: >-
#   The connectors and certificates of the document as they are logged. Values that are not objects are not logged as
#   connectors.
logged_lists := {
	"connectors": [object.filter(connector, connector_fields) | some connector in input.input.connectors; is_object(connector)],
	"certificates": [logged_certificate(certificate) | some certificate in input.input.certificates],
}

# METADATA
# title: Logged certificate
# description: A certificate as it is logged, without its trust if that is not an object.
logged_certificate(certificate) := object.union(
	object.filter(certificate, certificate_fields - {"trust"}),
	{"trust": object.filter(certificate.trust, trust_fields)},
) if {
	is_object(certificate.trust)
} else := object.filter(certificate, certificate_fields - {"trust"})
