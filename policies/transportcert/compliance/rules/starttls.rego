# Helpers of the rules about STARTTLS.
package transportcert.compliance.rules

import data.transportcert.inbound_starttls

# The result for each Receive connector, in the order of the document.
starttls := inbound_starttls.decision.connectors

# The events with an id, each with the index of its connector.
starttls_events(id) := {[i, event] |
	some event in inbound_starttls.decision.events
	event.id == id
	some i, connector in starttls
	connector.name == event.connector
}

# The JSON path of what a connector searches for.
searched_path(i) := "host.physical_dns_fqdn" if {
	starttls[i].searched_for.by == "physical_fqdn"
} else := sprintf("connectors[%d].%s", [i, starttls[i].searched_for.by])
