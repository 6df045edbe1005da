package transportcert.remedies_test

import data.transportcert.compliance.rules_test.a
import data.transportcert.compliance.rules_test.b
import data.transportcert.compliance.rules_test.c
import data.transportcert.compliance.rules_test.connector
import data.transportcert.compliance.rules_test.pki
import data.transportcert.compliance.rules_test.self_signed
import data.transportcert.compliance.rules_test.with_certificates
import data.transportcert.effects

reject(thumbprints) := {{"thumbprint": thumbprint, "reason": "contoso_weak"} | some thumbprint in thumbprints}

by_hand := "accepted-certificate:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

# The internal transport certificate and, for STARTTLS, that of a CA are rejected.
test_a_rejected_certificate_is_replaced_by_what_the_criteria_accept[name] if {
	again := effects.new_certificate("renew:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ["-"]).thumbprint with input as with_certificates([self_signed])
	other := object.union(self_signed, {"thumbprint": c, "not_before": "2025-01-01T00:00:00Z"})
	some name, case in {
		"a new one": {"certificates": [self_signed], "rejected": [a], "why": {itc: ["TC012", "TC039"]}},
		"another one": {"certificates": [self_signed, other], "rejected": [a], "why": {itc: ["TC039"]}},
		"a person, who knows what the criteria accept": {"certificates": [self_signed], "rejected": [a, again], "why": {by_hand: ["TC012", "TC039"]}},
	}
	value := with_procedure("2016", case.certificates)
	found := planned(value) with data.transportcert.custom.ineligible as reject(case.rejected)
	{id: action.why | some id, action in found} == case.why
}

test_a_rejected_certificate_of_a_ca_is_replaced_by_a_person if {
	mail := object.union(pki, {"dns_names": ["mail.contoso.test"], "subject_common_names": []})
	value := object.union(with_procedure("2016", [self_signed, mail]), {"connectors": [
		connector,
		object.union(connector, {"name": "Mail", "auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test", "bindings": ["0.0.0.0:587"]}),
	]})
	found := planned(value) with data.transportcert.custom.ineligible as reject([b])
	object.keys(found) == {sprintf("accepted-certificate:%s", [b])}
	action := found[sprintf("accepted-certificate:%s", [b])]
	action.manual
	action.commands == []
	contains(action.description, "data.transportcert.custom.ineligible in your own policies reject it: contoso_weak.")
}

test_another_certificate_that_the_criteria_accept_takes_the_place if {
	mail := object.union(pki, {"dns_names": ["mail.contoso.test"], "subject_common_names": [], "not_before": "2025-01-01T00:00:00Z"})
	older := object.union(mail, {"thumbprint": c, "not_before": "2024-01-01T00:00:00Z"})
	value := object.union(with_procedure("2016", [self_signed, mail, older]), {"connectors": [
		connector,
		object.union(connector, {"name": "Mail", "auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test", "bindings": ["0.0.0.0:587"]}),
	]})
	found := planned(value) with data.transportcert.custom.ineligible as reject([b])
	{id: action.why | some id, action in found} == {sprintf("remove-certificate:%s", [b]): ["TC039"]}
}
