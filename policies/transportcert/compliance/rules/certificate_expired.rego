package transportcert.compliance.rules

import data.transportcert.document
import data.transportcert.remedies

# METADATA
# title: Expired certificate left in the store
# description: >-
#   A certificate in use has expired: it is enabled for SMTP or another Exchange service, or it is the best,
#   or the internal transport certificate, of which no event says so without an enabled connector with
#   ExchangeServer. Certificates of events 12015 and 12016 are not reported again.
# related_resources:
#   - description: HealthChecker, certificate check
#     ref: https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CertificateCheck/
# custom:
#   id: TC024
#   severity: warning
#   remediation: >-
#     Remove the certificate. Where something needs it, another one takes its place first.
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
