package transportcert.compliance.rules

# METADATA
# title: A certificate in use expires within the notice period
# description: >-
#   A certificate in use, which can be the internal transport certificate, expires later than expires_within_days from
#   now but within expires_notice_days.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC023
#   severity: info
#   remediation: Plan the renewal of the certificate.
report contains finding(rego.metadata.rule(), {
	"message": sprintf("%s expires on %s", [described(certificate), certificate.not_after]),
	"path": path(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	expires_between(certificate, expiry_horizon, notice_horizon)
}
