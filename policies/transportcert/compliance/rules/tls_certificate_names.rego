# What the rules about TlsCertificateName share.
package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies
import data.transportcert.selection

# The TlsCertificateNames that the server uses: those of its Receive connectors, and those of the Send connectors of
# which it is a source server. HealthChecker's users complained about names that other servers use. Exchange 2007 and
# 2010 ignore them.
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
	"command": sprintf("Set-ReceiveConnector %s", [remedies.quoted(identity(connector.name))]),
	"sends": false,
} if {
	is_string(connector.tls_certificate_name)
}

send_name(i, connector) := {
	"value": connector.tls_certificate_name,
	"connector": connector.name,
	"described": concat(" ", ["the Send connector", connector.name]),
	"path": sprintf("send_connectors[%d].tls_certificate_name", [i]),
	"command": sprintf("Set-SendConnector %s", [remedies.quoted(connector.name)]),
	"sends": true,
}

# The server sends mail through the connector.
sends_from_here(connector) if {
	document.session_can_begin(connector)
	some name in connector.source_servers
	is_this_server(name)
}

# The thumbprints of the certificates that a TlsCertificateName names. Only case is ignored.
named(value) := object.keys(object.get(selection.by_tls_certificate_name, lower(value), {}))

# Issuer and subject of a TlsCertificateName; undefined where it has another form.
parts_of(value) := {"issuer": issuer, "subject": subject} if {
	[[_, issuer, subject]] := regex.find_all_string_submatch_n(`(?is)^<I>(.+?)<S>(.*)$`, value, -1)
}

# The thumbprints of the certificates that a TlsCertificateName, which names none, would name if spaces and the order
# of the parts of issuer and subject were ignored.
almost_named(value) := {thumbprint |
	wanted := simplified(parts_of(value))
	some thumbprint, offered in simplified_by_thumbprint
	offered == wanted
}

simplified_by_thumbprint := {certificate.thumbprint: simplified(certificate) | some certificate in input.certificates}

simplified(named) := [sorted_parts(named.issuer), sorted_parts(named.subject)]

# A comma in quotes, as in O="Contoso, Inc.", does not end a part.
sorted_parts(name) := sort([lower(regex.replace(part, `\s`, "")) |
	some part in regex.find_n(`(?:[^,"]+|"(?:[^"]|"")*")+`, name, -1)
])

# A TlsCertificateName of the right form that names nothing, not even almost.
names_nothing(value) if {
	parts_of(value)
	count(named(value)) == 0
	count(almost_named(value)) == 0
}
