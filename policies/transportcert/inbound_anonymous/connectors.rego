package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate

# The verdict for each connector, in the order of the document.
connectors := [verdict(connector) | some connector in input.connectors]

# A connector where nothing stopped the process offers X-ANONYMOUSTLS with the loaded certificate.
verdict(connector) := {
	"name": connector.name,
	"advertise_x_anonymoustls": true,
	"certificate": internal_certificate.thumbprint,
	"stopped_at": null,
} if {
	is_null(stopped_at(connector))
} else := {
	"name": connector.name,
	"advertise_x_anonymoustls": false,
	"certificate": null,
	"stopped_at": stopped_at(connector),
}

# Where the process stops for a connector; null where it comes to its end.
stopped_at(connector) := "connector_disabled" if {
	not document.session_can_begin(connector)
} else := "exchange_server_auth_disabled" if {
	not authenticates_servers(connector)
} else := "x_anonymoustls_suppressed" if {
	suppressed(connector)
} else := internal_certificate.stopped_at
