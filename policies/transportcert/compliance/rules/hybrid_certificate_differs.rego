package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: A connector for hybrid mail flow has another certificate
# description: >-
#   The hybrid configuration names a certificate (TlsCertificateName), but a connector for hybrid mail flow names
#   another one or none. These connectors are the Send connectors with CloudServicesMailEnabled that have the server
#   as a source server, and the Receive connectors whose TlsDomainCapabilities contain AcceptCloudServicesMail.
#   Exchange Online recognizes the organization by the certificate; with another one, mail between the two is treated
#   as external.
# related_resources:
#   - description: Certificate requirements for hybrid deployments
#     ref: https://learn.microsoft.com/exchange/certificate-requirements
# custom:
#   id: TC066
#   severity: warning
#   remediation: >-
#     Set the connector's TlsCertificateName to that of the hybrid configuration, or run the Hybrid Configuration
#     Wizard.
report contains finding(rego.metadata.rule(), {
	"remedies": [remedies.hybrid_name(hybrid)],
	"message": sprintf("%s has %s, but the hybrid configuration has %s", [
		hybrid.described,
		name_in_words(hybrid.value),
		name_in_words(input.hybrid.tls_certificate_name),
	]),
	"path": hybrid.path,
	"connector": hybrid.connector,
}) if {
	is_string(input.hybrid.tls_certificate_name)
	input.hybrid.tls_certificate_name != ""
	some hybrid in hybrid_names
	lower(hybrid.value) != lower(input.hybrid.tls_certificate_name)
}

name_in_words(value) := "no TlsCertificateName" if {
	value == ""
} else := concat(" ", ["the TlsCertificateName", value])

# The TlsCertificateNames of the connectors for hybrid mail flow, empty if not set. Connectors whose TlsCertificateName was
# not gathered are omitted.
hybrid_names := array.concat(
	[object.union(name, {"value": value}) |
		some i, connector in input.connectors
		document.session_can_begin(connector)
		accepts_cloud_mail(connector)
		value := set_name(connector.tls_certificate_name)
		name := receive_name(i, object.union(connector, {"tls_certificate_name": value}))
	],
	[send_name(i, connector) |
		some i, connector in input.send_connectors
		connector.cloud_services_mail_enabled
		sends_from_here(connector)
		connector.tls_certificate_name
	],
)

set_name(value) := value if {
	is_string(value)
} else := ""

accepts_cloud_mail(connector) if {
	some capabilities in connector.tls_domain_capabilities
	regex.match(`(?i)[:,\s]AcceptCloudServicesMail([,\s]|$)`, capabilities)
}
