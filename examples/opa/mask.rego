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
# description: What is logged of a Receive connector. tls_certificate_name, the subject of a certificate and its issuer, is not.
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
#   The paths whose results are logged: the decisions. The result of a query for a whole package would hold the
#   store, and findings quote names.
results := {
	"transportcert/server/decision",
	"transportcert/inbound_anonymous/decision",
	"transportcert/inbound_starttls/decision",
	"transportcert/outbound_anonymous/decision",
}

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
# title: Masked decision
# description: >-
#   A decision in the log stands in place of the one that was made. What inbound STARTTLS searched for, and the words
#   of its events, can quote a certificate's names.
mask contains {"op": "upsert", "path": "/result", "value": without_names(input.result)} if {
	has_certificates
	has_logged_result
	is_object(input.result)
}

# METADATA
# title: Without names
# description: A decision without what can quote names; of the server's, also the decisions in it.
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
	{key: value | some key, value in logged_lists; key in object.keys(input.input)},
)

# METADATA
# title: Logged lists
# description: The connectors and certificates of the document as they are logged; what is no connector is not.
logged_lists := {
	"connectors": [object.filter(connector, connector_fields) | some connector in input.input.connectors; is_object(connector)],
	"certificates": [logged_certificate(certificate) | some certificate in input.input.certificates],
}

# METADATA
# title: Logged certificate
# description: A certificate as it is logged; without its trust where that is not what it should be.
logged_certificate(certificate) := object.union(
	object.filter(certificate, certificate_fields - {"trust"}),
	{"trust": object.filter(certificate.trust, trust_fields)},
) if {
	is_object(certificate.trust)
} else := object.filter(certificate, certificate_fields - {"trust"})
