# What the tests of this folder start from: the common example with one connector that offers STARTTLS.
package transportcert.inbound_starttls_test

import data.transportcert.document_test
import data.transportcert.inbound_starttls

relay := {"name": "Relay", "auth_mechanisms": ["Tls"], "fqdn": "mail.contoso.test"}

mail := object.union(document_test.pki, {
	"subject_common_names": ["mail.contoso.test"],
	"dns_names": ["mail.contoso.test"],
	"issuer": "CN=Contoso CA, DC=contoso, DC=test",
	"subject": "CN=mail.contoso.test, O=\"Contoso, Ltd.\", S=Hessen",
})

mail_name := "<I>CN=Contoso CA, DC=contoso, DC=test<S>CN=mail.contoso.test, O=\"Contoso, Ltd.\", S=Hessen"

# with_relay returns the example with one connector, changed, and some certificates.
with_relay(changes, certificates) := object.union(document_test.example, {
	"connectors": [object.union(relay, changes)],
	"certificates": certificates,
})

# decided returns what is decided for the only connector of a document.
decided(document) := decision.connectors[0] if {
	decision := inbound_starttls.decision with input as document
}

# event returns the only event of a document.
event(document) := decision.events[0] if {
	decision := inbound_starttls.decision with input as document
	count(decision.events) == 1
}
