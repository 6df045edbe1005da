package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate

# The verdict for each connector, in the order of the document. One where nothing stopped the process offers
# X-ANONYMOUSTLS.
connectors := [{
	"name": connector.name,
	"advertise_x_anonymoustls": is_null(stop),
	"certificate": served(stop),
	"stopped_at": stop,
} |
	some connector in input.connectors
	stop := stopped_at(connector)
]

# Without a stop, the loaded certificate.
served(stop) := null if {
	is_string(stop)
} else := internal_certificate.thumbprint

# Where the process stops for a connector; null where it comes to its end.
stopped_at(connector) := "connector_disabled" if {
	not document.session_can_begin(connector)
} else := "exchange_server_auth_disabled" if {
	not authenticates_servers(connector)
} else := "x_anonymoustls_suppressed" if {
	suppressed(connector)
} else := internal_certificate.stopped_at
