package transportcert.whatif_test

import data.transportcert.document_test.a
import data.transportcert.document_test.b
import data.transportcert.document_test.example
import data.transportcert.document_test.pki as without_names
import data.transportcert.document_test.self_signed
import data.transportcert.effects
import data.transportcert.selection
import data.transportcert.whatif

pki := object.union(without_names, {"subject": "CN=mail", "issuer": "CN=Contoso CA"})

two := object.union(example, {
	"certificates": [self_signed, object.union(pki, {"services": ["IIS"]})],
	"send_connectors": [{"name": "Plain"}, {"name": "Internet", "tls_certificate_name": upper(selection.tls_certificate_name(pki))}],
})

other := object.union(pki, {"thumbprint": "0000000000000000000000000000000000000001"})

answer(edit) := result if result := whatif.answer with input as {"document": two, "edit": edit}

test_edits_have_their_effects[name] if {
	some name, case in {
		"add": {
			"edit": {"action": "add", "certificate": other, "services": ["SMTP"], "overwrite_default": true},
			"effect": effects.add_certificate(other, ["SMTP"], true),
		},
		"enable": {
			"edit": {"action": "enable", "thumbprint": b, "services": ["POP"], "overwrite_default": false},
			"effect": [{"op": "add", "path": "/certificates/1/services/-", "value": "POP"}],
		},
		"name": {
			"edit": {"action": "set_tls_certificate_name", "kind": "connectors", "index": 0, "thumbprint": b},
			"effect": [{"op": "add", "path": "/connectors/0/tls_certificate_name", "value": selection.tls_certificate_name(pki)}],
		},
	}
	answer(case.edit) == {"refused": null, "effect": case.effect}
}

test_remove if {
	without := json.remove(two, ["send_connectors"])
	removed := whatif.answer with input as {"document": without, "edit": {"action": "remove", "thumbprint": b}}
	removed == {"refused": null, "effect": [{"op": "remove", "path": "/certificates/1"}]}
}

test_what_exchange_refuses[name] if {
	some name, case in {
		"internal": {"edit": {"action": "remove", "thumbprint": a}, "words": "internal transport certificate"},
		"named": {"edit": {"action": "remove", "thumbprint": b}, "words": "of the Send connector Internet names"},
		"renew at a CA": {"edit": {"action": "renew", "thumbprint": b}, "words": "renews only self-signed certificates"},
		"add again": {"edit": {"action": "add", "certificate": pki, "services": [], "overwrite_default": false}, "words": "already"},
	}
	refused := answer(case.edit)
	refused.effect == []
	contains(refused.refused, case.words)
}

test_renew_a_self_signed_certificate if {
	[added, named] := answer({"action": "renew", "thumbprint": a}).effect
	added.path == "/certificates/-"
	added.value.thumbprint != a
	added.value.services == ["IIS", "SMTP"]
	added.value.dns_names == self_signed.dns_names
	added.value.subject_common_names == self_signed.subject_common_names
	not added.value.friendly_name
	added.value.not_before == two.now
	named == {"op": "add", "path": "/directory/internal_transport_certificate", "value": added.value.thumbprint}
}

test_renew_with_what_the_ca_issued if {
	[added] := answer({"action": "renew", "thumbprint": b, "certificate": object.union(other, {"has_private_key": null})}).effect
	added.value == object.union(other, {"has_private_key": true, "services": ["IIS", "SMTP"]})
}
