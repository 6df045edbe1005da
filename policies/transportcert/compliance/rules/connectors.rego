# Helpers of the rules about connectors.
package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.inbound_anonymous
import data.transportcert.remedies
import data.transportcert.selection

# The enabled connectors that other Exchange servers can use: they listen on port 25 or 2525, or their bindings are
# not known. One such connector proves nothing: a relay for printers listens on port 25 too.
receivers := [connector |
	some connector in input.connectors
	document.session_can_begin(connector)
	listens_for_servers(connector)
]

# Exchange servers send to each other on port 25, and on 2525 if the Transport service and the Front End Transport
# service run on the same computer. Unknown bindings count.
listens_for_servers(connector) if count(object.get(connector, "bindings", [])) == 0

listens_for_servers(connector) if {
	some binding in connector.bindings
	regex.match(`:(25|2525)$`, binding)
}

# There are receivers, and none has ExchangeServer.
closed_to_servers if {
	count(receivers) > 0
	every connector in receivers { not inbound_anonymous.authenticates_servers(connector) }
}

# Whether a name is the server's NetBIOS name or FQDN.
is_this_server(name) if selection.comparable(name) in remedies.server_names

# The JSON paths of the host's names, by name. object.union_n groups them in one pass; a partial rule would compare each
# new name with all others.
paths_by_host_name := object.union_n(array.concat(
	[{selection.comparable(input.host[field]): {concat(".", ["host", field]): true}} |
		some field in ["dns_fqdn", "dns_host_name", "physical_dns_fqdn", "physical_dns_host_name"]
	],
	[{selection.comparable(name): {sprintf("host.nlb_cluster_names[%d]", [i]): true}} |
		some i, name in input.host.nlb_cluster_names
	],
))
