package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: A PKI certificate is better than the one in use
# description: >-
#   The best certificate is a valid PKI certificate, but the server uses another one. If a connector has
#   ExchangeServer, event 1037 is reported as well. Not reported in procedure 2016, because Microsoft recommends a
#   self-signed certificate for Exchange 2013 and later. If the version is not known, gather it first.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC014
#   severity: warning
#   remediation: >-
#     In Exchange 2007 and 2010, make the best certificate the internal transport certificate. If the version is not
#     known, gather it first.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.event_1037,
	"message": sprintf("the best certificate %s is a valid PKI certificate, but the server uses %s", [
		decision.best,
		decision.certificate,
	]),
	"path": "directory.internal_transport_certificate",
	"thumbprint": decision.certificate,
}) if {
	decision.matches_best == false
	decision.best_kind == "pki"
	document.procedure != "2016"
}
