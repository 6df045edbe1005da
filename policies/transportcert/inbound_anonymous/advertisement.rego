# METADATA
# scope: package
# title: Inbound anonymous TLS
# description: >-
#   Which certificate an Exchange server serves on X-ANONYMOUSTLS, whether its connectors offer the
#   extension, and which events it logs: the nine steps of docs/specification.md.
# related_resources:
#   - description: The steps, their readings and both documents
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# schemas:
#   - input: schema.input
package transportcert.inbound_anonymous

# METADATA
# title: Connectors
# description: The verdict for each connector, in the order of the document.
# custom:
#   step: 2
connectors := [verdict(connector) | some connector in input.connectors]

# METADATA
# title: Verdict
# description: A connector where nothing stopped the process offers X-ANONYMOUSTLS with the loaded certificate.
# custom:
#   step: 4
verdict(connector) := {
	"name": connector.name,
	"advertise_x_anonymoustls": true,
	"certificate": loaded_thumbprint,
	"stopped_at": null,
} if {
	is_null(stopped_at(connector))
} else := {
	"name": connector.name,
	"advertise_x_anonymoustls": false,
	"certificate": null,
	"stopped_at": stopped_at(connector),
}

# METADATA
# title: Stopped at
# description: Where the process stops for a connector; null where it comes to its end.
# custom:
#   step: 2
#   reading: 4
stopped_at(connector) := "connector_disabled" if {
	connector.enabled == false
} else := "exchange_server_auth_disabled" if {
	not "ExchangeServer" in connector.auth_mechanisms
} else := loading_stopped_at

# METADATA
# title: Loading stopped at
# description: What keeps the server from loading the internal transport certificate; null where it is loaded.
# custom:
#   step: 3
loading_stopped_at := "directory_unreadable" if {
	not input.directory.readable
} else := "directory_null" if {
	is_null(input.directory.internal_transport_certificate)
} else := "certificate_not_found" if {
	not loaded
} else := null

# METADATA
# title: Loaded
# description: The internal transport certificate, which the server loads whatever its connectors say.
# custom:
#   step: 4
loaded := store[input.directory.internal_transport_certificate] if input.directory.readable

# METADATA
# title: Loaded thumbprint
# description: The thumbprint of the loaded certificate; null where none is loaded.
# scope: document
# custom:
#   step: 4
default loaded_thumbprint := null

loaded_thumbprint := loaded.thumbprint

# METADATA
# title: Store
# description: The certificates by thumbprint.
# custom:
#   step: 4
store := {certificate.thumbprint: certificate | some certificate in input.certificates}
