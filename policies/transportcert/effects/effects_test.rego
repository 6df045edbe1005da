package transportcert.effects_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.example
import data.transportcert.document_test.pki
import data.transportcert.document_test.self_signed
import data.transportcert.effects

two := object.union(example, {"certificates": [self_signed, object.union(pki, {"services": ["IIS"]})]})

test_enable_smtp if {
	keep := effects.enable_services(b, ["SMTP"], false) with input as two
	keep == [{"op": "add", "path": "/certificates/1/services/-", "value": "SMTP"}]
	overwrite := effects.enable_services(b, ["SMTP"], true) with input as two
	overwrite == array.concat(keep, [{"op": "add", "path": "/directory/internal_transport_certificate", "value": b}])
}

test_enable_other_services if {
	without := object.union(example, {"certificates": [self_signed, object.union(pki, {"services": ["None"]})]})
	patch := effects.enable_services(b, ["IIS"], true) with input as without
	patch == [{"op": "add", "path": "/certificates/1/services/-", "value": "IIS"}]
}

test_enable_where_the_services_are_unknown if {
	unknown := object.union(example, {"certificates": [self_signed, object.union(pki, {"services": null})]})
	patch := effects.enable_services(b, ["SMTP"], false) with input as unknown
	patch == [{"op": "add", "path": "/certificates/1/services", "value": ["SMTP"]}]
}

test_renew if {
	replacement := object.union(self_signed, {"thumbprint": "C0"})
	internal := effects.renew(a, replacement) with input as two
	internal == [
		{"op": "add", "path": "/certificates/-", "value": object.union(replacement, {"services": ["IIS", "SMTP"]})},
		{"op": "add", "path": "/directory/internal_transport_certificate", "value": "C0"},
	]
	other := effects.renew(b, replacement) with input as two
	other == [{"op": "add", "path": "/certificates/-", "value": object.union(replacement, {"services": ["IIS", "SMTP"]})}]
}

test_remove if {
	patch := effects.remove_certificate(b) with input as two
	patch == [{"op": "remove", "path": "/certificates/1"}]
}

test_set_tls_certificate_name if {
	named := object.union(example, {"certificates": [object.union(self_signed, {"issuer": "CN=I", "subject": "CN=S"}), pki]})
	patch := effects.set_tls_certificate_name("send_connectors", 2, a) with input as named
	patch == [{"op": "add", "path": "/send_connectors/2/tls_certificate_name", "value": "<I>CN=I<S>CN=S"}]
	without := effects.set_tls_certificate_name("connectors", 0, b) with input as named
	without == [{"op": "add", "path": "/connectors/0/tls_certificate_name", "value": "<I><S>"}]
}

test_a_new_certificate if {
	made := effects.new_certificate("x", ["EX01", "ex01.corp.contoso.test"]) with input as example

	# printf x | sha1sum
	made.thumbprint == "11F6AD8EC52A2984ABAAFD7C3B516503785C2072"
	made.subject_common_names == ["EX01"]
	made.dns_names == ["EX01", "ex01.corp.contoso.test"]
	[made.not_before, made.not_after] == ["2026-11-22T07:00:00Z", "2031-11-22T07:00:00Z"]
}

# printf internal-transport-certificate | sha1sum
test_a_new_internal_transport_certificate_comes_first if {
	made := effects.new_certificate("internal-transport-certificate", ["EX01"]) with input as example
	made.thumbprint == "000000001DF9A49ECE77411F06E4BD2401B0C1FC"
	renewed := effects.new_certificate(sprintf("renew:%s", [a]), ["EX01"]) with input as example
	startswith(renewed.thumbprint, "00000000")
}

test_five_years_later[now] if {
	some now, later in {
		"2024-02-29T12:00:00Z": "2029-02-28T12:00:00Z",
		"9998-01-01T00:00:00Z": "9999-01-01T00:00:00Z",
		"0000-01-01T00:00:00Z": "0005-01-01T00:00:00Z",
		"0009-01-01T00:00:00Z": "0014-01-01T00:00:00Z",
	}
	made := effects.new_certificate("x", ["EX01"]) with input as object.union(example, {"now": now})
	made.not_after == later
}
