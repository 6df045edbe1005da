package transportcert.compliance.rules

# METADATA
# title: A PKI certificate would be better
# description: >-
#   The best certificate is a valid PKI certificate, and the server serves another one. Where connectors have
#   ExchangeServer, event 1037 is reported besides. An organisation that wants the self-signed certificate
#   of Setup to stay, as Microsoft recommends for current versions, waives it or takes SMTP off the other.
# related_resources:
#   - description: Step 8
#     ref: https://github.com/transportcert/transportcert/blob/main/docs/specification.md#step-8
#   - description: HealthChecker, internal transport certificate
#     ref: https://aka.ms/HC-InternalTransportCertificate
# custom:
#   id: TC014
#   severity: warning
#   remediation: Enable-ExchangeCertificate -Thumbprint {best} -Services SMTP -Server {server}
report contains finding(rego.metadata.rule(), {
	"message": sprintf("the best certificate %s is a valid PKI certificate, and the server serves %s", [
		decision.best,
		decision.certificate,
	]),
	"path": "directory.internal_transport_certificate",
	"thumbprint": decision.certificate,
	"best": decision.best,
}) if {
	decision.matches_best == false
	decision.best_kind == "pki"
}
