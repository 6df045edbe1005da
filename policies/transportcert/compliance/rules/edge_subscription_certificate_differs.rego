package transportcert.compliance.rules

import data.transportcert.internal_certificate
import data.transportcert.remedies

# METADATA
# title: The Edge subscription has another certificate
# description: >-
#   The server's Edge subscription was created with a different certificate from the current internal transport
#   certificate. The organization's servers do not recognize it, so EdgeSync and mail between them and the Edge server
#   fail.
# related_resources:
#   - description: Edge subscriptions
#     ref: https://learn.microsoft.com/exchange/architecture/edge-transport-servers/edge-subscriptions
# custom:
#   id: TC048
#   severity: error
#   remediation: Create a new Edge subscription.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.edge_subscription(i)],
	"message": sprintf("the Edge subscription %s has the certificate %s, but the internal transport certificate is %s", [
		subscription.name,
		subscription.thumbprint,
		internal_certificate.directory_thumbprint,
	]),
	"path": sprintf("edge_subscriptions[%d].thumbprint", [i]),
	"thumbprint": subscription.thumbprint,
}) if {
	some i, subscription in input.edge_subscriptions
	is_this_server(subscription.name)
	is_string(subscription.thumbprint)
	subscription.thumbprint != internal_certificate.directory_thumbprint
}
