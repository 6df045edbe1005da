# METADATA
# scope: package
# title: Inbound anonymous TLS
# description: >-
#   Which certificate an Exchange server uses for X-ANONYMOUSTLS, whether its connectors offer the extension, and which
#   events it logs: the nine steps of docs/specification.md. Steps 3 to 5 are in internal_certificate, steps 7 and 8 in
#   selection.
# related_resources:
#   - description: Specification
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md
# schemas:
#   - input: schema.input
package transportcert.inbound_anonymous

import data.transportcert.document
import data.transportcert.internal_certificate
import data.transportcert.selection

# METADATA
# title: Authenticates servers
# description: Whether a connector has ExchangeServer.
# custom:
#   step: 2
authenticates_servers(connector) if "ExchangeServer" in connector.auth_mechanisms

# METADATA
# title: Suppressed
# description: Whether a connector has SuppressXAnonymousTls, which does not exist in Exchange 2007.
# custom:
#   step: 2
suppressed(connector) if {
	connector.suppress_x_anonymous_tls == true
	document.procedure != "2007"
}

# METADATA
# title: Domain list
# description: The names of which a certificate must have at least one, in lower case, sorted.
# custom:
#   step: 6
domains := sort({selection.comparable(name) | some name in array.concat(fqdns, physical_names)} - {""})

# NLB cluster names, if there are any, replace the DNS FQDN.
fqdns := cluster_names if {
	input.host.nlb_cluster_names
	count(cluster_names) > 0
} else := [input.host.dns_fqdn]

cluster_names := [name |
	some name in input.host.nlb_cluster_names
	selection.comparable(name) != ""
]

physical_names := [
	input.host.dns_host_name,
	input.host.physical_dns_fqdn,
	input.host.physical_dns_host_name,
]

# METADATA
# title: Best
# description: >-
#   The certificate that steps 7 and 8 select for the domain list, by thumbprint and kind, both null if they select
#   none.
# scope: document
# custom:
#   step: 8
default best := {"thumbprint": null, "kind": null}

best := selection.best(domains)

# METADATA
# title: Matches best
# description: Whether the best certificate is the loaded one; null if there is nothing to compare.
# scope: document
# custom:
#   step: 9
#   reading: 2
default matches_best := null

matches_best := internal_certificate.loaded.thumbprint == best.thumbprint if is_string(best.thumbprint)
