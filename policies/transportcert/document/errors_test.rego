package transportcert.document_test

import data.transportcert.document

test_a_document_without_errors if {
	document.input_errors == set() with input as example
}

test_what_may_be_null_or_absent[name] if {
	some name, patch in {
		"now": {"op": "remove", "path": "now"},
		"internal transport certificate": {"op": "replace", "path": "directory/internal_transport_certificate", "value": null},
		"private key": {"op": "replace", "path": "certificates/0/has_private_key", "value": null},
		"services": {"op": "replace", "path": "certificates/0/services", "value": null},
		"self-signed": {"op": "replace", "path": "certificates/0/self_signed", "value": null},
		"begin of the window": {"op": "add", "path": "certificates/0/trust/valid_from", "value": null},
		"end of the window": {"op": "add", "path": "certificates/0/trust/valid_until", "value": null},
		"revoked": {"op": "add", "path": "certificates/0/trust/revoked", "value": null},
		"directory error": {"op": "add", "path": "directory/error", "value": ""},
		"cluster names": {"op": "add", "path": "host/nlb_cluster_names", "value": ["mail.contoso.test"]},
		"what nobody knows": {"op": "add", "path": "organisation", "value": "Contoso"},
	}
	document.input_errors == set() with input as json.patch(example, [patch])
}

test_missing[path] if {
	some path, expected in {
		"schema_version": "1",
		"server": "a name",
		"connectors": "an array",
		"directory": "an object",
		"host": "an object",
		"certificates": "an array",
		"connectors[0].name": "a name",
		"connectors[0].auth_mechanisms": "an array of strings",
		"directory.readable": "true or false",
		"directory.internal_transport_certificate": "40 uppercase hex digits or null",
		"host.dns_fqdn": "a string",
		"host.dns_host_name": "a string",
		"host.physical_dns_fqdn": "a string",
		"host.physical_dns_host_name": "a string",
		"certificates[0].thumbprint": "40 uppercase hex digits",
		"certificates[0].version": "a whole number",
		"certificates[0].subject_common_names": "an array of strings",
		"certificates[0].dns_names": "an array of strings",
		"certificates[0].not_before": "a time YYYY-MM-DDThh:mm:ssZ",
		"certificates[0].not_after": "a time YYYY-MM-DDThh:mm:ssZ",
		"certificates[0].has_private_key": "true, false or null",
		"certificates[0].services": "an array of strings or null",
		"certificates[0].self_signed": "true, false or null",
		"certificates[0].trust": "an object",
		"certificates[0].trust.chain": "trusted, untrusted or unknown",
	}
	patch := [{"op": "remove", "path": pointer(path)}]
	document.input_errors == {sprintf("%s: expected %s", [path, expected])} with input as json.patch(example, patch)
}

test_wrong[name] if {
	some name, wrong in {
		"nearly 3": {"path": "certificates[0].version", "value": 2.9999999999999999999999, "expected": "a whole number"},
		"half": {"path": "certificates[0].version", "value": 3.5, "expected": "a whole number"},
		"too large": {"path": "certificates[0].version", "value": 1e400, "expected": "a whole number"},
		"version of the format": {"path": "schema_version", "value": 2, "expected": "1"},
		"server": {"path": "server", "value": "", "expected": "a name"},
		"now": {"path": "now", "value": "2026-11-22", "expected": "a time YYYY-MM-DDThh:mm:ssZ"},
		"now with fractions": {"path": "now", "value": "2026-11-22T07:00:00.5Z", "expected": "a time YYYY-MM-DDThh:mm:ssZ"},
		"now in another zone": {"path": "now", "value": "2026-11-22T07:00:00+01:00", "expected": "a time YYYY-MM-DDThh:mm:ssZ"},
		"month 13": {"path": "now", "value": "2026-13-22T07:00:00Z", "expected": "a time YYYY-MM-DDThh:mm:ssZ"},
		"phase": {"path": "phase", "value": "shutdown", "expected": "session or startup"},
		"sections": {"path": "connectors", "value": {}, "expected": "an array"},
		"auth mechanisms": {"path": "connectors[0].auth_mechanisms", "value": "Tls", "expected": "an array of strings"},
		"auth mechanism": {"path": "connectors[0].auth_mechanisms", "value": [16], "expected": "an array of strings"},
		"enabled": {"path": "connectors[0].enabled", "value": "true", "expected": "true or false"},
		"directory error": {"path": "directory.error", "value": null, "expected": "a string"},
		"directory thumbprint": {
			"path": "directory.internal_transport_certificate",
			"value": lower(a),
			"expected": "40 uppercase hex digits or null",
		},
		"cluster names": {"path": "host.nlb_cluster_names", "value": [1], "expected": "an array of strings"},
		"services": {"path": "certificates[0].services", "value": [16], "expected": "an array of strings or null"},
		"thumbprint": {"path": "certificates[0].thumbprint", "value": "AB", "expected": "40 uppercase hex digits"},
		"chain": {"path": "certificates[0].trust.chain", "value": "yes", "expected": "trusted, untrusted or unknown"},
		"window": {
			"path": "certificates[0].trust.valid_until",
			"value": "never",
			"expected": "a time YYYY-MM-DDThh:mm:ssZ or null",
		},
	}
	patch := [{"op": "add", "path": pointer(wrong.path), "value": wrong.value}]
	errors := document.input_errors with input as json.patch(example, patch)
	errors == {sprintf("%s: expected %s", [wrong.path, wrong.expected])}
}

test_what_is_no_object_has_none_of_the_fields if {
	errors := document.input_errors with input as object.union(example, {"connectors": ["Default EX01"]})
	errors == {"connectors[0].name: expected a name", "connectors[0].auth_mechanisms: expected an array of strings"}
}

test_the_same_certificate_twice if {
	errors := document.input_errors with input as with_certificates([self_signed, pki, object.union(self_signed, expired)])
	errors == {"certificates[2].thumbprint: expected each certificate once"}
}

# pointer returns a path of an error in the form that json.patch takes.
pointer(path) := replace(replace(replace(path, "[", "/"), "]", ""), ".", "/")

test_a_validated_document_is_not_searched_for_errors if {
	wrong := object.union(example, {"phase": "shutdown"})
	unreadable := "data.transportcert.custom.ineligible: expected objects with a thumbprint and a reason"

	document.input_errors == {"phase: expected session or startup"} with input as wrong
	document.input_errors == set() with input as wrong with data.transportcert.validated as true
	document.input_errors == {unreadable} with input as wrong
		with data.transportcert.validated as true
		with data.transportcert.custom.ineligible as {"x"}
	document.input_errors == {unreadable, "phase: expected session or startup"} with input as wrong
		with data.transportcert.validated as "yes"
		with data.transportcert.custom.ineligible as {"x"}
}

test_custom_criteria_that_are_no_collection[name] if {
	some name, criteria in {"null": null, "a boolean": false, "a number": 0, "text": "everything", "an object": {}}
	expected := {"data.transportcert.custom.ineligible: expected a set or an array"}
	document.input_errors == expected with input as example with data.transportcert.custom.ineligible as criteria
	document.input_errors == expected with input as example
		with data.transportcert.validated as true
		with data.transportcert.custom.ineligible as criteria
}

# An Edge server with everything that can be gathered.
full := object.union(example, {
	"gathered_at": "2026-11-22T06:00:00Z",
	"exchange_version": "15.2.1748.10",
	"procedure": "2016",
	"roles": ["EdgeTransport"],
	"connectors": [object.union(connector, {
		"enabled": true,
		"fqdn": "",
		"bindings": ["0.0.0.0:25"],
		"tls_certificate_name": "<I>CN=x<S>CN=y",
		"suppress_x_anonymous_tls": false,
		"require_tls": false,
		"transport_role": "HubTransport",
		"remote_ip_ranges": ["0.0.0.0-255.255.255.255"],
		"tls_domain_capabilities": [],
	})],
	"send_connectors": [{
		"name": "x",
		"enabled": true,
		"fqdn": "",
		"smart_host_auth_mechanism": "None",
		"smart_hosts": ["--"],
		"address_spaces": ["SMTP:--;1"],
		"tls_certificate_name": "<I>CN=x<S>CN=y",
		"require_tls": false,
		"tls_auth_level": "DomainValidation",
		"tls_domain": "contoso.test",
		"cloud_services_mail_enabled": false,
		"ignore_starttls": false,
		"source_servers": ["EX01"],
	}],
	"edge_subscriptions": [{"name": "EDGE01", "thumbprint": a}],
	"hybrid": {"tls_certificate_name": "<I>CN=x<S>CN=y"},
	"exchange_server_addresses": ["10.0.0.11", "fd00::11"],
	"certificates": [object.union(self_signed, {
		"issuer": "CN=EX01",
		"subject": "CN=EX01",
		"extended_key_usages": ["1.3.6.1.5.5.7.3.1"],
	})],
})

test_a_full_document_without_errors if {
	document.input_errors == set() with input as full
}

test_what_of_a_full_document_may_be_null[path] if {
	some path in [
		"connectors[0].tls_certificate_name",
		"send_connectors[0].tls_auth_level",
		"edge_subscriptions[0].thumbprint",
		"hybrid.tls_certificate_name",
		"certificates[0].extended_key_usages",
	]
	patch := [{"op": "replace", "path": pointer(path), "value": null}]
	document.input_errors == set() with input as json.patch(full, patch)
}

test_what_of_a_full_document_may_not_be_null[path] if {
	some path, expected in {
		"gathered_at": "a time YYYY-MM-DDThh:mm:ssZ",
		"exchange_version": "two to four numbers with dots between them",
		"procedure": "2007, 2010 or 2016",
		"roles": "an array of strings",
		"send_connectors": "an array",
		"edge_subscriptions": "an array",
		"hybrid": "an object",
		"exchange_server_addresses": "an array of IP addresses",
		"connectors[0].enabled": "true or false",
		"connectors[0].fqdn": "a string",
		"connectors[0].bindings": "an array of strings",
		"connectors[0].suppress_x_anonymous_tls": "true or false",
		"connectors[0].require_tls": "true or false",
		"connectors[0].transport_role": "FrontendTransport or HubTransport",
		"connectors[0].remote_ip_ranges": "an array of strings",
		"connectors[0].tls_domain_capabilities": "an array of strings",
		"send_connectors[0].name": "a name",
		"send_connectors[0].enabled": "true or false",
		"send_connectors[0].fqdn": "a string",
		"send_connectors[0].smart_host_auth_mechanism": "None, BasicAuth, BasicAuthRequireTLS, ExchangeServer or ExternalAuthoritative",
		"send_connectors[0].smart_hosts": "an array of strings",
		"send_connectors[0].address_spaces": "an array of strings",
		"send_connectors[0].tls_certificate_name": "a string",
		"send_connectors[0].require_tls": "true or false",
		"send_connectors[0].tls_domain": "a string",
		"send_connectors[0].cloud_services_mail_enabled": "true or false",
		"send_connectors[0].ignore_starttls": "true or false",
		"send_connectors[0].source_servers": "an array of strings",
		"edge_subscriptions[0].name": "a name",
		"certificates[0].issuer": "a string",
		"certificates[0].subject": "a string",
	}
	patch := [{"op": "replace", "path": pointer(path), "value": null}]
	document.input_errors == {sprintf("%s: expected %s", [path, expected])} with input as json.patch(full, patch)
}

test_wrong_in_a_full_document[name] if {
	some name, wrong in {
		"version of one number": {"path": "exchange_version", "value": "15", "expected": "two to four numbers with dots between them"},
		"version of five numbers": {"path": "exchange_version", "value": "15.2.1.2.3", "expected": "two to four numbers with dots between them"},
		"version as printed": {
			"path": "exchange_version",
			"value": "Version 15.2 (Build 1748.10)",
			"expected": "two to four numbers with dots between them",
		},
		"procedure": {"path": "procedure", "value": "2013", "expected": "2007, 2010 or 2016"},
		"address beyond 255": {"path": "exchange_server_addresses", "value": ["10.0.0.256"], "expected": "an array of IP addresses"},
		"network": {"path": "exchange_server_addresses", "value": ["10.0.0.0/8"], "expected": "an array of IP addresses"},
		"level": {
			"path": "send_connectors[0].tls_auth_level",
			"value": "None",
			"expected": "EncryptionOnly, CertificateValidation, DomainValidation or null",
		},
		"hybrid name": {
			"path": "hybrid.tls_certificate_name",
			"value": 1,
			"expected": "a string or null",
		},
		"OID": {"path": "certificates[0].extended_key_usages", "value": ["serverAuth"], "expected": "an array of OIDs or null"},
	}
	patch := [{"op": "replace", "path": pointer(wrong.path), "value": wrong.value}]
	document.input_errors == {sprintf("%s: expected %s", [wrong.path, wrong.expected])} with input as json.patch(full, patch)
}
