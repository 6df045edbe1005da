package transportcert.compliance.rules

import data.transportcert.remedies
import data.transportcert.server

# METADATA
# title: No connector offers X-ANONYMOUSTLS
# description: >-
#   No connector can offer X-ANONYMOUSTLS, whatever the internal transport certificate is: every connector is
#   disabled, lacks ExchangeServer or has SuppressXAnonymousTls set, or the server has no connectors. Not reported if
#   the roles are known and none of them transports mail, or if TC040 is reported.
# related_resources:
#   - description: Receive connectors
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC044
#   severity: error
#   remediation: Turn off SuppressXAnonymousTls, or create or enable a connector for Exchange servers.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.offer,
	"message": "no connector offers X-ANONYMOUSTLS to other Exchange servers",
	"path": "connectors",
}) if {
	server.could_receive_from_servers
	every connector in decision.connectors { connector.stopped_at in by_the_connector }
	not closed_to_servers
}

# The process stops before it reads the directory.
by_the_connector := {"connector_disabled", "exchange_server_auth_disabled", "x_anonymoustls_suppressed"}
