package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: A PKI certificate would be better
# description: >-
#   The best certificate is a valid PKI certificate, and the server serves another one. Where connectors have
#   ExchangeServer, event 1037 is reported besides. Not reported in procedure 2016: from Exchange 2013 on Microsoft
#   recommends to keep a self-signed certificate. Where the version is not known, that is what has to be found out first.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC014
#   severity: warning
#   remediation: >-
#     Make the best certificate the internal transport certificate, in 2007 and 2010. Where the version is not known, gather
#     it first.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.event_1037,
	"message": sprintf("the best certificate %s is a valid PKI certificate, and the server serves %s", [
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
