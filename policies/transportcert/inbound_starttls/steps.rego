# METADATA
# scope: package
# title: Inbound STARTTLS
# description: >-
#   For each Receive connector, whether it offers STARTTLS and with which certificate, and which events the server
#   logs: the seven steps of docs/specification.md. An organization's own criteria do not affect this decision.
# related_resources:
#   - description: Specification
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#inbound-starttls
# schemas:
#   - input: schema.input
package transportcert.inbound_starttls

import data.transportcert.document
import data.transportcert.selection

# METADATA
# title: Offers TLS
# description: Whether a connector has Tls.
# custom:
#   step: 2
offers_tls(connector) if "Tls" in connector.auth_mechanisms

# METADATA
# title: Searched for
# description: The property by which a connector searches for a certificate, and its value as in the document.
# custom:
#   step: 3
searched_for(connector) := {"by": "tls_certificate_name", "value": connector.tls_certificate_name} if {
	document.procedure == "2016"
	is_string(connector.tls_certificate_name)
	connector.tls_certificate_name != ""
} else := {"by": "fqdn", "value": connector.fqdn} if {
	connector.fqdn != ""
} else := {"by": "physical_fqdn", "value": input.host.physical_dns_fqdn}

# METADATA
# title: Matching
# description: The thumbprints of the certificates that match what is searched for.
# custom:
#   step: 4
#   reading: 1
matching(searched) := object.keys(object.get(selection.by_tls_certificate_name, lower(searched.value), {})) if {
	searched.by == "tls_certificate_name"
} else := {thumbprint |
	name := selection.comparable(searched.value)
	name != ""
	some matched in [name, wildcard_for(name)]
	some thumbprint, _ in selection.by_name[matched]
}

# METADATA
# title: Wildcard for
# description: >-
#   The wildcard name that matches a name, with an asterisk for its first label. A name with one label is unchanged.
# scope: document
wildcard_for(name) := regex.replace(name, `^[^.]+(\..+)$`, "*$1")

# METADATA
# title: Ineligible
# description: The matching certificates that fail at least one criterion, by thumbprint, each with its reasons.
# custom:
#   step: 5
#   reading: 4
ineligible(searched) := selection.unfit(matching(searched))

# METADATA
# title: Eligible
# description: The thumbprints of the other matching certificates, in order.
# custom:
#   step: 5
eligible(searched) := selection.in_order(matching(searched) - object.keys(ineligible(searched)))

# METADATA
# title: Best
# description: >-
#   The first eligible certificate that is a valid PKI certificate, otherwise the first that is self-signed, otherwise the
#   first that is an expired PKI certificate; undefined if there is none of these.
# custom:
#   step: 6
#   reading: 3
best(searched) := selection.first_of(eligible(searched), preference)

# METADATA
# title: Preference
# description: A number for each kind of certificate that step 6 accepts; the lowest is preferred.
preference := {"pki": 1, "self_signed": 2, "expired_pki": 3}

# METADATA
# title: Expired
# description: Whether a certificate's not_after is before now. STARTTLS is still offered with it.
# custom:
#   step: 7
expired(thumbprint) := document.store[thumbprint].not_after < document.now
