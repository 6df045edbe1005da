package transportcert.document

# METADATA
# title: Input errors
# description: >-
#   What keeps the rules from deciding. A caller that has validated the document sets
#   data.transportcert.validated, which saves half of the time.
input_errors := custom_errors if {
	data.transportcert.validated == true
} else := document_errors | custom_errors

# Each error names the path and what was expected. The Go side asks more (unknown keys, names of services,
# calendar dates); this keeps a document that the rules cannot read from being decided.
document_errors contains sprintf("%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input, fields.document)
}

document_errors contains sprintf("directory.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.directory, fields.directory)
}

document_errors contains sprintf("host.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.host, fields.host)
}

document_errors contains sprintf("connectors[%d].%s: expected %s", [i, field, expected]) if {
	some i, connector in input.connectors
	some field, expected in wrong_fields(connector, fields.connector)
}

document_errors contains sprintf("certificates[%d].%s: expected %s", [i, field, expected]) if {
	some i, certificate in input.certificates
	some field, expected in wrong_fields(certificate, fields.certificate)
}

document_errors contains sprintf("certificates[%d].trust.%s: expected %s", [i, field, expected]) if {
	some i, certificate in input.certificates
	some field, expected in wrong_fields(certificate.trust, fields.trust)
}

document_errors contains sprintf("certificates[%d].thumbprint: expected each certificate once", [max(indices)]) if {
	# Grouping all thumbprints is slow, so it is done only where one occurs twice.
	count({certificate.thumbprint | some certificate in input.certificates}) < count(input.certificates)
	some indices in indices_by_thumbprint
	count(indices) > 1
}

indices_by_thumbprint[certificate.thumbprint] contains i if some i, certificate in input.certificates

# What is expected of each field that the rules read, by the object that holds it.
fields := {
	"document": {
		"required": {
			"schema_version": "1",
			"server": "a name",
			"connectors": "an array",
			"directory": "an object",
			"host": "an object",
			"certificates": "an array",
		},
		"optional": {
			"now": "a time YYYY-MM-DDThh:mm:ssZ",
			"phase": "session or startup",
		},
	},
	"connector": {
		"required": {
			"name": "a name",
			"auth_mechanisms": "an array of texts",
		},
		"optional": {"enabled": "true or false"},
	},
	"directory": {
		"required": {
			"readable": "true or false",
			"internal_transport_certificate": "40 upper-case hex digits or null",
		},
		"optional": {"error": "a text"},
	},
	"host": {
		"required": {
			"dns_fqdn": "a name",
			"dns_host_name": "a name",
			"physical_dns_fqdn": "a name",
			"physical_dns_host_name": "a name",
		},
		"optional": {"nlb_cluster_names": "an array of names"},
	},
	"certificate": {
		"required": {
			"thumbprint": "40 upper-case hex digits",
			"version": "a whole number",
			"subject_common_names": "an array of texts",
			"dns_names": "an array of texts",
			"not_before": "a time YYYY-MM-DDThh:mm:ssZ",
			"not_after": "a time YYYY-MM-DDThh:mm:ssZ",
			"has_private_key": "true, false or null",
			"services": "an array of texts or null",
			"self_signed": "true, false or null",
			"trust": "an object",
		},
		"optional": {},
	},
	"trust": {
		"required": {"chain": "trusted, untrusted or unknown"},
		"optional": {
			"valid_from": "a time YYYY-MM-DDThh:mm:ssZ or null",
			"valid_until": "a time YYYY-MM-DDThh:mm:ssZ or null",
			"revoked": "true, false or null",
		},
	},
}
