package transportcert.remedies_test

import data.transportcert.compliance.rules_test.a
import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.expired
import data.transportcert.compliance.rules_test.self_signed

federated(change) := object.union_n([self_signed, {"thumbprint": b, "friendly_name": "Exchange Federated Sharing"}, change])

trust_of(thumbprint) := sprintf("federation-certificate:%s", [thumbprint])

test_the_certificate_of_a_federation_trust_is_left_to_a_person[name] if {
	some name, change in {
		"self-signed": object.union(expired, {"services": ["Federation"]}),
		"of a CA": object.union(expired, {"services": ["Federation"], "self_signed": false}),
		"without a key": {"services": ["Federation", "SMTP"], "has_private_key": false},
	}
	found := planned(with_procedure("2016", [self_signed, federated(change)]))
	object.keys(found) == {trust_of(b)}
	found[trust_of(b)].manual
	found[trust_of(b)].commands == []
	contains(found[trust_of(b)].description, "Set-FederationTrust -PublishFederationCertificate")
}

test_other_services_of_a_federation_certificate_are_named if {
	found := planned(with_procedure("2016", [self_signed, federated(object.union(expired, {"services": ["Federation", "POP", "IMAP"]}))]))
	endswith(found[trust_of(b)].description, "\nEnable another certificate for IMAP, POP, too.")
}

test_a_new_internal_transport_certificate_does_not_get_the_service_federation[procedure] if {
	some procedure in ["2010", "2016"]
	found := planned(with_procedure(procedure, [object.union_n([self_signed, expired, {"services": ["SMTP", "Federation"]}])]))
	object.keys(found) == {itc, trust_of(a)}
	every command in found[itc].commands { not contains(command, "Federation") }
	every step in found[itc].effect { not contains(json.marshal(step), "Federation") }
}
