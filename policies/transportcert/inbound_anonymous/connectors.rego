package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate

# The result for each connector, in the order of the document. A connector offers X-ANONYMOUSTLS if nothing stopped the
# process.
connectors := [{
	"name": connector.name,
	"advertise_x_anonymoustls": is_null(stop),
	"certificate": served(stop),
	"stopped_at": stop,
} |
	some connector in input.connectors
	stop := stopped_at(connector)
]

# The loaded certificate, unless the process stopped.
served(stop) := null if {
	is_string(stop)
} else := internal_certificate.thumbprint

# Where the process stops for a connector; null if it does not.
stopped_at(connector) := "connector_disabled" if {
	not document.session_can_begin(connector)
} else := "exchange_server_auth_disabled" if {
	not authenticates_servers(connector)
} else := "x_anonymoustls_suppressed" if {
	suppressed(connector)
} else := internal_certificate.stopped_at
