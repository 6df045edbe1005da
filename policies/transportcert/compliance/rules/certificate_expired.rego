package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: A certificate in use has expired
# description: >-
#   A certificate that is enabled for SMTP or another Exchange service, or that is the best certificate, has expired.
#   The internal transport certificate is included if no event reports it, because no enabled connector has
#   ExchangeServer. Certificates that event 12015 or 12016 reports are not reported again.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC024
#   severity: warning
#   remediation: Remove the certificate. If something needs it, replace it first.
report contains finding(rego.metadata.rule(), {
	"remedies": remedies.repair(certificate.thumbprint),
	"message": sprintf("%s expired on %s", [described(certificate), certificate.not_after]),
	"path": path(certificate.thumbprint, "not_after"),
	"thumbprint": certificate.thumbprint,
}) if {
	some certificate in in_use
	certificate.not_after < document.now
	not event_is_about(certificate)
}

event_is_about(certificate) if {
	certificate.thumbprint == decision.certificate
	events_by_id[12015]
}

event_is_about(certificate) if {
	some connector in starttls
	connector.expired == true
	connector.certificate == certificate.thumbprint
}
