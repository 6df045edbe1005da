package transportcert.compliance.rules_test

other_name := "<I>CN=x<S>CN=y"

cloud := {"tls_domain_capabilities": ["mail.protection.outlook.com:AcceptCloudServicesMail"]}

# The findings about hybrid mail flow with a name in the hybrid configuration, one Receive connector changed, and one
# Send connector changed.
hybrid(value, receive, send) := [[f.path, f.message] | some f in only("TC066", object.union_n([
	sending(object.union({"cloud_services_mail_enabled": true}, send)),
	{"connectors": [object.union_n([connector, cloud, receive])]},
	{"hybrid": {"tls_certificate_name": value}},
]))]

test_hybrid_names[name] if {
	right := {"tls_certificate_name": name_of_issued}
	wrong := {"tls_certificate_name": other_name}
	receive_path := "connectors[0].tls_certificate_name"
	send_path := "send_connectors[0].tls_certificate_name"
	some name, case in {
		"the same everywhere": {"hybrid": name_of_issued, "receive": right, "send": right, "paths": []},
		"in other letters": {"hybrid": upper(name_of_issued), "receive": right, "send": right, "paths": []},
		"another everywhere": {"hybrid": other_name, "receive": right, "send": right, "paths": [receive_path, send_path]},
		"another on receipt": {"hybrid": name_of_issued, "receive": wrong, "send": right, "paths": [receive_path]},
		"none on receipt": {
			"hybrid": name_of_issued,
			"receive": {"tls_certificate_name": null},
			"send": right,
			"paths": [receive_path],
		},
		"not gathered on receipt": {"hybrid": name_of_issued, "receive": {}, "send": right, "paths": []},
		"receipt disabled": {
			"hybrid": name_of_issued,
			"receive": object.union(wrong, {"enabled": false}),
			"send": right,
			"paths": [],
		},
		"receipt not of cloud mail": {
			"hybrid": name_of_issued,
			"receive": object.union(wrong, {"tls_domain_capabilities": ["contoso.test:None", "AcceptCloudServicesMail.test:None"]}),
			"send": right,
			"paths": [],
		},
		"one of several capabilities": {
			"hybrid": name_of_issued,
			"receive": object.union(wrong, {"tls_domain_capabilities": ["x:None", "y:AcceptOorgProtocol, acceptCloudServicesMail"]}),
			"send": right,
			"paths": [receive_path],
		},
		"another on sending": {"hybrid": name_of_issued, "receive": right, "send": wrong, "paths": [send_path]},
		"none on sending": {
			"hybrid": name_of_issued,
			"receive": right,
			"send": {"tls_certificate_name": ""},
			"paths": [send_path],
		},
		"sending not of cloud mail": {
			"hybrid": name_of_issued,
			"receive": right,
			"send": object.union(wrong, {"cloud_services_mail_enabled": false}),
			"paths": [],
		},
		"sent from another server": {
			"hybrid": name_of_issued,
			"receive": right,
			"send": object.union(wrong, {"source_servers": ["EX02"]}),
			"paths": [],
		},
		"no hybrid name": {"hybrid": null, "receive": wrong, "send": right, "paths": []},
		"empty hybrid name": {"hybrid": "", "receive": wrong, "send": right, "paths": []},
	}
	[path | some [path, _] in hybrid(case.hybrid, case.receive, case.send)] == case.paths
}

test_without_a_hybrid_configuration if {
	not "TC066" in reported(sending({"cloud_services_mail_enabled": true, "tls_certificate_name": other_name}))
	not "TC066" in reported(object.union(
		sending({"cloud_services_mail_enabled": true, "tls_certificate_name": other_name}),
		{"hybrid": {}},
	))
}

test_a_connector_of_hybrid_mail_flow_in_full if {
	hybrid(name_of_issued, {"tls_certificate_name": null}, {"tls_certificate_name": other_name}) == [
		[
			"connectors[0].tls_certificate_name",
			sprintf("EX01: the Receive connector Default EX01 has no TlsCertificateName, but the hybrid configuration has the TlsCertificateName %s.", [name_of_issued]),
		],
		[
			"send_connectors[0].tls_certificate_name",
			sprintf("EX01: the Send connector To Partner has the TlsCertificateName %s, but the hybrid configuration has the TlsCertificateName %s.", [other_name, name_of_issued]),
		],
	]
}
