package transportcert.compliance.rules

import data.transportcert.internal_certificate
import data.transportcert.server

# METADATA
# title: No connector offers X-ANONYMOUSTLS
# description: >-
#   The internal transport certificate is loaded, and no connector offers X-ANONYMOUSTLS: each is disabled, lacks
#   ExchangeServer or has SuppressXAnonymousTls, or there is none. Not reported where the roles are known and none of
#   them transports mail, nor together with TC040.
# related_resources:
#   - description: Receive connectors, with those that Setup makes
#     ref: https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors
# custom:
#   id: TC044
#   severity: error
#   remediation: |-
#     # Look which connectors are enabled, and which have ExchangeServer and SuppressXAnonymousTls:
#     Get-ReceiveConnector -Server {server} | Format-List 'Name', 'Enabled', 'AuthMechanism', 'SuppressXAnonymousTls'
report contains finding(rego.metadata.rule(), {
	"message": "no connector offers X-ANONYMOUSTLS to other Exchange servers",
	"path": "connectors",
}) if {
	is_null(internal_certificate.stopped_at)
	server.could_receive_from_servers
	every connector in decision.connectors { not connector.advertise_x_anonymoustls }
	not closed_to_servers
}
