# Helpers of the rules about TlsCertificateName.
package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# The TlsCertificateNames that the server uses: those of its Receive connectors, and those of the Send connectors that
# have it as a source server. Names that only other servers use would be false alarms. Exchange 2007 and 2010 ignore
# TlsCertificateName.
default tls_certificate_names := []

tls_certificate_names := array.concat(
	[receive_name(i, connector) |
		some i, connector in input.connectors
		document.session_can_begin(connector)
		"Tls" in connector.auth_mechanisms
		connector.tls_certificate_name != ""
	],
	[send_name(i, connector) |
		some i, connector in input.send_connectors
		sends_from_here(connector)
		connector.tls_certificate_name != ""
	],
) if {
	document.advised_procedure == "2016"
}

receive_name(i, connector) := {
	"value": connector.tls_certificate_name,
	"connector": connector.name,
	"described": concat(" ", ["the Receive connector", connector.name]),
	"path": sprintf("connectors[%d].tls_certificate_name", [i]),
	"kind": "connectors",
	"index": i,
	"sends": false,
} if {
	is_string(connector.tls_certificate_name)
}

send_name(i, connector) := {
	"value": connector.tls_certificate_name,
	"connector": connector.name,
	"described": concat(" ", ["the Send connector", connector.name]),
	"path": sprintf("send_connectors[%d].tls_certificate_name", [i]),
	"kind": "send_connectors",
	"index": i,
	"sends": true,
}

# The server sends mail through the connector.
sends_from_here(connector) if {
	document.session_can_begin(connector)
	some name in connector.source_servers
	is_this_server(name)
}

# The thumbprints of the certificates that a TlsCertificateName matches. Only case is ignored.
named(value) := object.keys(object.get(selection.by_tls_certificate_name, lower(value), {}))

# A well-formed TlsCertificateName that matches nothing, not even nearly.
names_nothing(value) if {
	remedies.parts_of(value)
	count(named(value)) == 0
	count(remedies.almost_named(value)) == 0
}
