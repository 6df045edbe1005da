package transportcert.document

# METADATA
# title: Input errors
# description: >-
#   Errors in the document that prevent a decision. A caller that has validated the document sets
#   data.transportcert.validated, which saves half of the evaluation time.
input_errors := custom_errors if {
	data.transportcert.validated == true
} else := shape_errors | custom_errors

# Each error names the path and what was expected. The Go side checks more (unknown keys, names of services, calendar
# dates); these checks prevent decisions about a document that the rules cannot read.
shape_errors contains sprintf("%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input, fields.document)
}

shape_errors contains sprintf("directory.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.directory, fields.directory)
}

shape_errors contains sprintf("host.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.host, fields.host)
}

shape_errors contains sprintf("connectors[%d].%s: expected %s", [i, field, expected]) if {
	some i, connector in input.connectors
	some field, expected in wrong_fields(connector, fields.connector)
}

shape_errors contains sprintf("send_connectors[%d].%s: expected %s", [i, field, expected]) if {
	some i, connector in input.send_connectors
	some field, expected in wrong_fields(connector, fields.send_connector)
}

shape_errors contains sprintf("edge_subscriptions[%d].%s: expected %s", [i, field, expected]) if {
	some i, subscription in input.edge_subscriptions
	some field, expected in wrong_fields(subscription, fields.edge_subscription)
}

shape_errors contains sprintf("hybrid.%s: expected %s", [field, expected]) if {
	some field, expected in wrong_fields(input.hybrid, fields.hybrid)
}

shape_errors contains sprintf("certificates[%d].%s: expected %s", [i, field, expected]) if {
	some i, certificate in input.certificates
	some field, expected in wrong_fields(certificate, fields.certificate)
}

shape_errors contains sprintf("certificates[%d].trust.%s: expected %s", [i, field, expected]) if {
	some i, certificate in input.certificates
	some field, expected in wrong_fields(certificate.trust, fields.trust)
}

shape_errors contains sprintf("certificates[%d].thumbprint: expected each certificate once", [max(indices)]) if {
	# Grouping all thumbprints is slow, so it is done only if one occurs twice.
	count({certificate.thumbprint | some certificate in input.certificates}) < count(input.certificates)
	some indices in indices_by_thumbprint
	count(indices) > 1
}

indices_by_thumbprint[certificate.thumbprint] contains i if some i, certificate in input.certificates

# What is expected of each field, by the object that contains it. der is not read here.
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
			"gathered_at": "a time YYYY-MM-DDThh:mm:ssZ",
			"exchange_version": "two to four numbers with dots between them",
			"procedure": "2007, 2010 or 2016",
			"roles": "an array of strings",
			"send_connectors": "an array",
			"edge_subscriptions": "an array",
			"hybrid": "an object",
			"exchange_server_addresses": "an array of IP addresses",
			"sources": "an object",
		},
	},
	"connector": {
		"required": {
			"name": "a name",
			"auth_mechanisms": "an array of strings",
		},
		"optional": {
			"enabled": "true or false",
			"fqdn": "a string",
			"bindings": "an array of strings",
			"tls_certificate_name": "a string or null",
			"suppress_x_anonymous_tls": "true or false",
			"require_tls": "true or false",
			"transport_role": "FrontendTransport or HubTransport",
			"remote_ip_ranges": "an array of strings",
			"tls_domain_capabilities": "an array of strings",
		},
	},
	"send_connector": {
		"required": {"name": "a name"},
		"optional": {
			"enabled": "true or false",
			"fqdn": "a string",
			"smart_host_auth_mechanism": "None, BasicAuth, BasicAuthRequireTLS, ExchangeServer or ExternalAuthoritative",
			"smart_hosts": "an array of strings",
			"address_spaces": "an array of strings",
			"tls_certificate_name": "a string",
			"require_tls": "true or false",
			"tls_auth_level": "EncryptionOnly, CertificateValidation, DomainValidation or null",
			"tls_domain": "a string",
			"cloud_services_mail_enabled": "true or false",
			"ignore_starttls": "true or false",
			"source_servers": "an array of strings",
		},
	},
	"edge_subscription": {
		"required": {"name": "a name"},
		"optional": {"thumbprint": "40 uppercase hex digits or null"},
	},
	"hybrid": {
		"required": {},
		"optional": {"tls_certificate_name": "a string or null"},
	},
	"directory": {
		"required": {
			"readable": "true or false",
			"internal_transport_certificate": "40 uppercase hex digits or null",
		},
		"optional": {"error": "a string"},
	},
	"host": {
		"required": {
			"dns_fqdn": "a string",
			"dns_host_name": "a string",
			"physical_dns_fqdn": "a string",
			"physical_dns_host_name": "a string",
		},
		"optional": {"nlb_cluster_names": "an array of strings"},
	},
	"certificate": {
		"required": {
			"thumbprint": "40 uppercase hex digits",
			"version": "a whole number",
			"subject_common_names": "an array of strings",
			"dns_names": "an array of strings",
			"not_before": "a time YYYY-MM-DDThh:mm:ssZ",
			"not_after": "a time YYYY-MM-DDThh:mm:ssZ",
			"has_private_key": "true, false or null",
			"services": "an array of strings or null",
			"self_signed": "true, false or null",
			"trust": "an object",
		},
		"optional": {
			"issuer": "a string",
			"subject": "a string",
			"serial_number": "a string",
			"friendly_name": "a string",
			"key_algorithm": "a string",
			"key_bits": "a whole number",
			"signature_algorithm": "a string",
			"extended_key_usages": "an array of OIDs or null",
		},
	},
	"trust": {
		"required": {"chain": "trusted, untrusted or unknown"},
		"optional": {
			"valid_from": "a time YYYY-MM-DDThh:mm:ssZ or null",
			"valid_until": "a time YYYY-MM-DDThh:mm:ssZ or null",
			"revoked": "true, false or null",
			"error": "a string",
		},
	},
}
